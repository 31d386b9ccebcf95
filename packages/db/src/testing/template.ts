import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { migrate, readMigrations } from "../migrate.ts";
import { SILENT } from "../silent-log.ts";
import { dumpMigrated } from "./memory-database.ts";

const CACHE = path.join(import.meta.dirname, "..", "..", "..", "..", "node_modules", ".cache", "trellis-db");

/** The server to test on, if the suite is to run on PostgreSQL rather than on PGlite. */
export function testServerUrl(): string | undefined {
  return process.env.TRELLIS_TEST_DATABASE_URL || undefined;
}

/** Changes with every change of the migrations (and of the dump's make), and so names what is built from them. */
function migrationsKey(): string {
  const hash = createHash("sha256").update("format 1");
  for (const migration of readMigrations()) hash.update(migration.hash);
  return hash.digest("hex").slice(0, 16);
}

/** The migrated dump of the current migrations, from the cache or built now. Test files that start at once may each build it; the last one stays. */
export async function migratedDump(): Promise<Blob> {
  const file = path.join(CACHE, `${migrationsKey()}.tar`);
  if (!fs.existsSync(file)) {
    const dump = await dumpMigrated();
    fs.mkdirSync(CACHE, { recursive: true });
    const draft = `${file}.${randomUUID()}`;
    fs.writeFileSync(draft, await dump.bytes());
    fs.renameSync(draft, file);
    for (const name of fs.readdirSync(CACHE)) if (isOutdated(path.join(CACHE, name))) fs.rmSync(path.join(CACHE, name), { force: true });
  }
  return fs.openAsBlob(file);
}

/** Untouched for a day: a dump of other migrations. */
function isOutdated(file: string): boolean {
  const modified = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - modified > 24 * 60 * 60 * 1000;
}

/** Name of the migrated template database on the server, made now if missing. */
export async function migratedTemplate(url: string): Promise<string> {
  const name = `trellis_template_${migrationsKey()}`;
  await withServer(url, async (server) => {
    await server.query("select pg_advisory_lock(hashtextextended($1, 0))", [name]);
    const { rowCount } = await server.query("select from pg_database where datname = $1", [name]);
    if (rowCount !== 0) return;
    // Only a finished database gets the name that others look for.
    const draft = `trellis_draft_${randomUUID().replaceAll("-", "")}`;
    await server.query(`create database ${draft}`);
    await withServer(databaseUrl(url, draft), (client) => migrate(client, readMigrations(), SILENT));
    await server.query(`alter database ${draft} rename to ${name}`);
  });
  return name;
}

/** Runs `work` on a connection of its own. Session locks end with it. */
export async function withServer<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The same server, another database. */
export function databaseUrl(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}
