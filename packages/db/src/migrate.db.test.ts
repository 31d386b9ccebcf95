import pg from "pg";
import { describe, expect, it } from "vitest";
import { type Migration, migrate, readMigrations } from "./migrate.ts";
import { SILENT } from "./silent-log.ts";
import { testDatabase } from "./testing/index.ts";

const later = (name: string, ...statements: string[]): Migration => ({ name, statements, hash: name });

describe("migrate", () => {
  const database = testDatabase();

  /** Migrates over a connection of the pool that the handle hides. */
  async function apply(...extra: Migration[]): Promise<void> {
    const pool: unknown = Reflect.get(database.db, "$client");
    if (!(pool instanceof pg.Pool)) throw new Error("Drizzle no longer keeps its pool there.");
    const client = await pool.connect();
    try {
      await migrate(client, extra, SILENT);
    } finally {
      client.release();
    }
  }
  const applied = async () => (await database.handle.execute("select name from schema_migration order by position")).rows.map((row) => row.name);
  const known = readMigrations();

  it("has applied what there is and does nothing more when repeated", async () => {
    expect(await applied()).toEqual(known.map((migration) => migration.name));
    await apply(...known);
    expect(await applied()).toEqual(known.map((migration) => migration.name));
  });

  it("applies a new one once, though several ask at the same time", async () => {
    // Connections that are open already and a first statement that takes a while, so that the three do meet.
    await Promise.all([1, 2, 3].map(() => database.handle.execute("select count(*) from generate_series(1, 200000)")));
    const slow = "select count(*) from generate_series(1, 500000)";
    const extended = [...known, later("next", slow, "create table next_one (a int)", "insert into next_one values (1)")];
    await Promise.all([apply(...extended), apply(...extended), apply(...extended)]);
    expect((await database.handle.execute("select a from next_one")).rows).toEqual([{ a: 1 }]);
  });

  it("refuses a database that is ahead, or was made otherwise", async () => {
    await expect(apply(...known)).rejects.toMatchObject({ code: "PRECONDITION_FAILED", message: expect.stringContaining("has migration next, which") });
    await expect(apply(...known, later("other"))).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    await expect(apply(...known, { ...later("next"), hash: "edited" })).rejects.toThrow("another text of migration next");
  });

  it("leaves nothing of one that fails, and the connection usable", async () => {
    const before = [...known, later("next")];
    await expect(apply(...before, later("broken", "create table half (a int)", "selec 1"))).rejects.toThrow("Migration broken failed");
    expect((await database.handle.execute("select to_regclass('half') as half")).rows).toEqual([{ half: null }]);
    await apply(...before, later("whole", "create table whole (a int)"));
    expect((await applied()).slice(known.length)).toEqual(["next", "whole"]);
  });
});
