import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../open-database.ts";
import { openFolder, type OpenFolder, type OpenFolderOptions } from "./open-folder.ts";
import { SILENT } from "../silent-log.ts";

let made: string;
let folder: string;
const opened: OpenFolder[] = [];
// Making a database takes seconds, so most tests start from a copy of one.
beforeAll(async () => {
  made = fs.mkdtempSync(path.join(os.tmpdir(), "pglite-made-"));
  await (await openFolder(made, SILENT)).end();
});
afterAll(() => fs.rmSync(made, { recursive: true }));
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "pglite-"));
  fs.cpSync(made, folder, { recursive: true });
});
afterEach(async () => {
  for (const database of opened.splice(0)) await database.end();
  fs.rmSync(folder, { recursive: true });
});

async function open(options?: OpenFolderOptions): Promise<OpenFolder> {
  const database = await openFolder(folder, SILENT, options);
  opened.push(database);
  return database;
}

async function close(database: OpenFolder): Promise<void> {
  opened.splice(opened.indexOf(database), 1);
  await database.end();
}

/** Runs a program that opens the folder and prints a line for each thing it did. */
function startProgram(body: string): ChildProcess & { stdout: NonNullable<ChildProcess["stdout"]> } {
  const source = (name: string) => JSON.stringify(path.join(import.meta.dirname, "..", name));
  const program = `import { openDatabase } from ${source("open-database.ts")}; const folder = ${JSON.stringify(folder)}; ${body}`;
  return spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
}

describe("a folder", () => {
  it("keeps its rows when it is closed and opened again, and leaves no lock", async () => {
    const first = await openDatabase({ folder });
    await first.execute("create table kept (a int); insert into kept values (1)");
    await first.close();
    await first.close();
    expect(fs.readdirSync(folder)).toEqual(["cluster"]);
    const second = await openDatabase({ folder });
    await expect(openDatabase({ folder })).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining(folder) });
    expect((await second.execute("select a from kept")).rows).toEqual([{ a: 1 }]);
    await second.close();
    await expect(second.ping()).rejects.toThrow("Cannot use a pool after calling end");
  });

  it("flushes every commit to the disk, and nothing for reading", async () => {
    const { pool, backend } = await open();
    await pool.query("create table flushed (a int)");
    await pool.query("insert into flushed values (0)");
    let before = backend.fsyncCount;
    for (let n = 0; n < 20; n += 1) await pool.query("insert into flushed values ($1)", [n]);
    expect(backend.fsyncCount - before).toBe(20);
    before = backend.fsyncCount;
    await pool.query("begin; insert into flushed values (1); insert into flushed values (2); commit");
    expect(backend.fsyncCount - before).toBe(1);
    before = backend.fsyncCount;
    await pool.query("select * from flushed");
    expect(backend.fsyncCount - before).toBe(0);
    const { rows } = await pool.query(
      "select name, setting from pg_settings where name in ('fsync', 'max_wal_size', 'full_page_writes', 'synchronous_commit', 'TimeZone') order by name",
    );
    expect(rows.map((row) => `${row.name}=${row.setting}`)).toEqual([
      "TimeZone=UTC",
      "fsync=on",
      "full_page_writes=on",
      "max_wal_size=128",
      "synchronous_commit=on",
    ]);
  });

  it("loses no acknowledged row to kill -9 in the middle of writing", async () => {
    let acknowledged = 0;
    for (const rows of [40, 90, 150]) {
      const writer = startProgram(`
        const database = await openDatabase({ folder });
        await database.execute("create table if not exists written (id int primary key, filler text)");
        const [{ last }] = (await database.execute("select coalesce(max(id), 0) as last from written")).rows;
        for (let id = last + 1; ; id += 1) { await database.execute("insert into written values ($1, repeat('x', 500))", [id]); console.log(id); }`);
      const goal = acknowledged + rows;
      for await (const line of createInterface(writer.stdout)) {
        acknowledged = Number(line);
        if (acknowledged === goal) writer.kill("SIGKILL");
      }
      if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit");
    }
    const { pool } = await open();
    const { rows } = await pool.query<{ n: number; last: number }>("select count(*)::int as n, max(id) as last from written");
    expect(rows[0]?.last).toBeGreaterThanOrEqual(acknowledged);
    expect(rows[0]?.n).toBe(rows[0]?.last);
    // One row may have been written and not yet acknowledged when the process died.
    expect(rows[0]?.last).toBeLessThanOrEqual(acknowledged + 1);
    await pool.query("set enable_indexscan = off; set enable_bitmapscan = off");
    expect((await pool.query("select count(*)::int as n from written where length(filler) = 500")).rows).toEqual(rows.map(({ n }) => ({ n })));
  });

  it("is made anew if making it was cut off, and only then", async () => {
    fs.rmSync(path.join(folder, "cluster"), { recursive: true });
    const maker = startProgram(`console.log("go"); await openDatabase({ folder });`);
    await once(maker.stdout, "data");
    while (!fs.existsSync(path.join(folder, "cluster", "PG_VERSION"))) await new Promise(setImmediate);
    maker.kill("SIGKILL");
    await once(maker, "exit");
    expect(fs.existsSync(path.join(folder, "cluster.creating"))).toBe(true);
    const first = await open();
    await first.pool.query("create table kept (a int)");
    await close(first);
    const second = await open();
    expect((await second.pool.query("select count(*)::int as n from kept")).rows).toEqual([{ n: 0 }]);
  });

  it("of another PostgreSQL version is refused with the reason, and let go", async () => {
    fs.writeFileSync(path.join(folder, "cluster", "PG_VERSION"), "17\n");
    await expect(open()).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining("PostgreSQL 17") });
    expect(fs.readdirSync(folder)).toEqual(["cluster"]);
  });

  it("does not keep a process alive that is done, closed or not", async () => {
    const closing = startProgram(`const database = await openDatabase({ folder }); await database.listen("x", () => {}); await database.close();`);
    expect(await once(closing, "exit")).toEqual([0, null]);
    const leaving = startProgram(`const database = await openDatabase({ folder }); await database.ping();`);
    expect(await once(leaving, "exit")).toEqual([0, null]);
  });
});

describe("the thread of a folder", () => {
  it("leaves the event loop free during a long query", async () => {
    const { pool } = await open();
    let turns = 0;
    let running = true;
    const query = pool.query("select count(*) from generate_series(1, 300000) a, generate_series(1, 10) b").then(() => {
      running = false;
    });
    while (running) {
      await new Promise(setImmediate);
      turns += 1;
    }
    await query;
    expect(turns).toBeGreaterThan(100);
  });

  it("rejects everything once it has broken, and says so", async () => {
    const reported = Promise.withResolvers<Error>();
    const { pool, backend } = await open({ onFailure: reported.resolve });
    const running = pool.query("select count(*) from generate_series(1, 100000000)");
    const waiting = pool.query("select 1");
    backend.crash();
    await expect(running).rejects.toThrow("embedded database has stopped");
    await expect(waiting).rejects.toThrow("embedded database has stopped");
    expect((await reported.promise).message).toContain("embedded database has stopped");
    await expect(pool.query("select 1")).rejects.toThrow("embedded database has stopped");
  });
});

describe("maintenance", () => {
  const bloat =
    "create table if not exists bloated (id int primary key, n int); insert into bloated select i, 0 from generate_series(1, 5000) i on conflict do nothing";
  const deadRows = "select n_dead_tup::int as dead from pg_stat_user_tables where relname = 'bloated'";

  it("vacuums what needs it and leaves the rest alone", async () => {
    const { pool, maintenance } = await open();
    await pool.query(bloat);
    expect((await maintenance.run()).vacuumed).toEqual(["public.bloated"]);
    expect(await maintenance.run()).toEqual({ vacuumed: [], checkpoint: false });
    for (let round = 0; round < 4; round += 1) await pool.query("update bloated set n = n + 1");
    const size = "select pg_relation_size('bloated')::int as size";
    const before = (await pool.query<{ size: number }>(size)).rows[0]?.size ?? 0;
    await pool.query("select pg_stat_force_next_flush()");
    expect((await pool.query<{ dead: number }>(deadRows)).rows[0]?.dead).toBeGreaterThan(5000);
    expect((await maintenance.run()).vacuumed).toEqual(["public.bloated"]);
    expect((await pool.query<{ dead: number }>(deadRows)).rows[0]?.dead).toBe(0);
    for (let round = 0; round < 3; round += 1) {
      await pool.query("update bloated set n = n + 1");
      await maintenance.run();
    }
    expect((await pool.query<{ size: number }>(size)).rows[0]?.size).toBeLessThanOrEqual(before);
  });

  it("makes a checkpoint when much log was written, so that the log stays small", async () => {
    const { pool, maintenance } = await open();
    await pool.query("create table logged (a text)");
    for (let round = 0; round < 6; round += 1) {
      await pool.query("insert into logged select repeat(md5(i::text), 30) from generate_series(1, 40000) i; truncate logged");
      expect((await maintenance.run()).checkpoint).toBe(true);
    }
    const { rows } = await pool.query<{ size: number }>("select sum(size)::int as size from pg_ls_waldir()");
    expect(rows[0]?.size).toBeLessThan(256 * 1024 * 1024);
  });

  it("comes by itself after many uses", async () => {
    const { pool } = await open({ maintenance: { uses: 30 } });
    await pool.query(bloat);
    for (let round = 0; round < 60; round += 1) await pool.query("update bloated set n = n + 1 where id <= 1000");
    const { rows } = await pool.query<{ runs: number }>("select vacuum_count::int as runs from pg_stat_user_tables where relname = 'bloated'");
    expect(rows[0]?.runs).toBeGreaterThan(0);
  });

  it("comes by itself a while after the first use", async () => {
    const { pool } = await open({ maintenance: { delayMs: 20 } });
    await pool.query(bloat);
    const vacuumed = async () =>
      (await pool.query<{ runs: number }>("select vacuum_count::int as runs from pg_stat_user_tables where relname = 'bloated'")).rows[0]?.runs ?? 0;
    while ((await vacuumed()) === 0) await new Promise(setImmediate);
  });
});
