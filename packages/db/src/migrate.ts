import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type pg from "pg";
import { DatabaseError } from "./database-error.ts";
import type { DatabaseLog } from "./database.ts";

/** One numbered SQL file of `migrations/`. */
export type Migration = { name: string; statements: string[]; hash: string };

/** Any number, the same in every version: it keeps two programs from migrating one database at a time. */
const MIGRATION_LOCK = 7_285_163_022;

const CREATE_JOURNAL = `create table if not exists schema_migration (
  position integer primary key, name text not null unique, hash text not null, applied_at timestamptz not null default now())`;

/** Reads the migrations in their order, from the journal that drizzle-kit keeps beside them. */
export function readMigrations(folder = path.join(import.meta.dirname, "..", "migrations")): Migration[] {
  const journal: { entries: { tag: string }[] } = JSON.parse(fs.readFileSync(path.join(folder, "meta", "_journal.json"), "utf8"));
  return journal.entries.map(({ tag }) => {
    const text = fs.readFileSync(path.join(folder, `${tag}.sql`), "utf8");
    const statements = text
      .split("--> statement-breakpoint")
      .map((statement) => statement.trim())
      .filter((statement) => statement !== "");
    return { name: tag, statements, hash: createHash("sha256").update(text).digest("hex") };
  });
}

/**
 * Applies what is missing, in order, all or nothing. Refuses a database that has migrations this program does not know,
 * or other ones under the same names: there is no way back, so only a newer program or a fresh database helps.
 */
export async function migrate(client: pg.ClientBase, migrations: Migration[], log: DatabaseLog): Promise<void> {
  await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
  try {
    await client.query("begin");
    try {
      await client.query(CREATE_JOURNAL);
      await applyMissing(client, migrations, log);
      await client.query("commit");
    } catch (error) {
      await client.query("rollback");
      throw error;
    }
  } finally {
    await client.query("select pg_advisory_unlock($1)", [MIGRATION_LOCK]);
  }
}

async function applyMissing(client: pg.ClientBase, migrations: Migration[], log: DatabaseLog): Promise<void> {
  const { rows } = await client.query<{ name: string; hash: string }>("select name, hash from schema_migration order by position");
  rows.forEach((applied, position) => refuseMismatch(applied, migrations[position]));
  for (const [position, migration] of migrations.entries()) {
    if (position < rows.length) continue;
    try {
      for (const statement of migration.statements) await client.query(statement);
    } catch (error) {
      throw new Error(`Migration ${migration.name} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    await client.query("insert into schema_migration (position, name, hash) values ($1, $2, $3)", [position, migration.name, migration.hash]);
    log.info({ migration: migration.name }, "Migrated the database");
  }
}

function refuseMismatch(applied: { name: string; hash: string }, known: Migration | undefined): void {
  if (known?.name === applied.name && known.hash === applied.hash) return;
  if (!known) {
    throw new DatabaseError(
      "PRECONDITION_FAILED",
      `The database has migration ${applied.name}, which this version of Trellis does not know. Start the version that last used this database, or a newer one.`,
    );
  }
  throw new DatabaseError(
    "PRECONDITION_FAILED",
    `The database was made by another Trellis: it has another ${known.name === applied.name ? `text of migration ${applied.name}` : `migration ${applied.name} in place of ${known.name}`}. ` +
      "Start the version that last used this database, or begin with an empty database or data folder.",
  );
}
