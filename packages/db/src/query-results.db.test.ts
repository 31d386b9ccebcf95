import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { inferenceSegment, user } from "./schema/index.ts";
import { rolledBack, testDatabase } from "./testing/index.ts";

/**
 * The expectations are what the `pg` driver gives on a server. The suite runs on both databases, so that code which was only
 * tried on one behaves the same on the other.
 */
const RESULTS: [type: string, expression: string, driver: unknown, drizzle?: unknown][] = [
  ["count", "count(*) from generate_series(1, 3)", "3"],
  ["int2", "5::int2", 5],
  ["int4", "2147483647", 2147483647],
  ["int8", "9007199254740993::int8", "9007199254740993"],
  ["numeric", "12.3400::numeric", "12.3400"],
  ["float4", "1.5::float4", 1.5],
  ["float8", "0.1::float8 + 0.2::float8", 0.30000000000000004],
  ["float8 infinity", "'-Infinity'::float8", -Infinity],
  ["bool", "true", true],
  ["null", "null::text", null],
  ["text", "'O''Hara „ü“ 🙂'", "O'Hara „ü“ 🙂"],
  ["uuid", "'5b30857f-0bfa-48b5-ac0b-5c64e28078d1'::uuid", "5b30857f-0bfa-48b5-ac0b-5c64e28078d1"],
  ["bytea", "'\\x00ff10'::bytea", Buffer.from([0, 255, 16])],
  ["json", `'{"b":1,"a":[null,"x"]}'::json`, { b: 1, a: [null, "x"] }],
  ["jsonb", `'{"b":1,"a":[null,"x"]}'::jsonb`, { a: [null, "x"], b: 1 }],
  ["jsonb null", "'null'::jsonb", null],
  ["timestamptz", "'2001-02-03 04:05:06.123456+02'::timestamptz", new Date("2001-02-03T02:05:06.123Z"), "2001-02-03 02:05:06.123456+00"],
  ["date", "'2001-02-03'::date", new Date(2001, 1, 3), "2001-02-03"],
  ["text[]", `array['a,b', null, '"q"', '', 'NULL', '\\']`, ["a,b", null, '"q"', "", "NULL", "\\"]],
  [
    "int[][]",
    "array[[1,2],[3,4]]",
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ["int8[]", "array[1,2]::int8[]", ["1", "2"]],
  ["empty array", "'{}'::int[]", []],
  ["enum-like check", "('succeeded' = any(array['failed','succeeded']))", true],
  ["interval", "'90 minutes'::interval::text", "01:30:00"],
  ["lsn", "'16/B374D848'::pg_lsn", "16/B374D848"],
];

describe("results", () => {
  const database = testDatabase();

  it.each(RESULTS)("of %s are the driver's", async (_type, expression, driver, drizzle = driver) => {
    const text = `select ${expression.includes(" from ") ? expression.replace(" from ", " as v from ") : `${expression} as v`}`;
    expect((await database.handle.execute(text)).rows).toEqual([{ v: driver }]);
    expect((await database.handle.execute(`${text} where $1::int = 1`, [1])).rows).toEqual([{ v: driver }]);
    expect((await database.db.execute(sql.raw(text))).rows).toEqual([{ v: drizzle }]);
  });

  it("carry field descriptions, command and count", async () => {
    const result = await database.db.execute(sql`select 1::int8 as a, 'x'::text as b`);
    expect(result).toMatchObject({ command: "SELECT", rowCount: 1 });
    expect(result.fields.map((field) => [field.name, field.dataTypeID])).toEqual([
      ["a", 20],
      ["b", 25],
    ]);
  });

  it("of tables come back as their columns declare", () =>
    rolledBack(database.db, async (tx) => {
      const at = new Date("2026-03-29T01:30:00.789Z");
      await tx.insert(user).values({ id: "u", name: "Ü", email: "e", createdAt: at, updatedAt: at });
      expect(await tx.select().from(user)).toEqual([
        { id: "u", name: "Ü", email: "e", emailVerified: false, image: null, role: "viewer", disabledAt: null, createdAt: at, updatedAt: at },
      ]);
      expect(await tx.query.user.findFirst({ columns: { createdAt: true, emailVerified: true } })).toEqual({ createdAt: at, emailVerified: false });
      expect(await tx.$count(inferenceSegment)).toBe(0);
      expect((await tx.update(user).set({ role: "admin" })).rowCount).toBe(1);
      expect(await tx.delete(user).returning({ id: user.id })).toEqual([{ id: "u" }]);
    }));

  it("of named prepared statements are the same on every run", async () => {
    const byRole = database.db
      .select({ n: sql<number>`${sql.placeholder("n")}::int` })
      .from(sql`(values (1)) as one`)
      .prepare("one_number");
    expect([await byRole.execute({ n: 1 }), await byRole.execute({ n: 2 })]).toEqual([[{ n: 1 }], [{ n: 2 }]]);
    await expect(database.handle.execute("select 1/0")).rejects.toMatchObject({ code: "22012" });
    expect(await byRole.execute({ n: 3 })).toEqual([{ n: 3 }]);
  });

  it("hold what is larger than any buffer on the way", async () => {
    const text = "äöü🙂".repeat(500_000);
    const { rows } = await database.handle.execute("select $1::text as v, length($1::text) as n", [text]);
    expect(rows[0]?.n).toBe(2_000_000);
    expect(rows[0]?.v === text).toBe(true);
    const many = await database.handle.execute("select n from generate_series(1, 50000) n");
    expect(many.rows.length).toBe(50_000);
    expect(many.rows[49_999]).toEqual({ n: 50_000 });
  });
});

describe("execute", () => {
  const database = testDatabase();

  it("joins the rows of several statements", async () => {
    const text = "begin; create temp table t (a int); insert into t values (1), (2) returning a; select 3 as a; commit";
    expect(await database.handle.execute(text)).toEqual({ rows: [{ a: 1 }, { a: 2 }, { a: 3 }], rowCount: 3 });
  });

  it("leaves no broken transaction behind", async () => {
    await expect(database.handle.execute("begin; create table left_behind (a int); select 1/0; commit")).rejects.toMatchObject({ code: "22012" });
    expect((await database.handle.execute("select to_regclass('left_behind') as name, pg_current_xact_id_if_assigned() as xid")).rows).toEqual([
      { name: null, xid: null },
    ]);
  });

  it("reports a refused statement as the driver does", async () => {
    await database.handle.execute("create table named (a int constraint positive check (a > 0), b int constraint one unique)");
    await database.handle.execute("insert into named values (1, 7)");
    await expect(database.handle.execute("insert into named values ($1, $2)", [1, 7])).rejects.toMatchObject({
      ...{ name: "error", severity: "ERROR", code: "23505", schema: "public", table: "named", constraint: "one" },
      ...{ detail: "Key (b)=(7) already exists.", message: 'duplicate key value violates unique constraint "one"' },
    });
    await expect(database.handle.execute("insert into named values (0, 8)")).rejects.toMatchObject({ code: "23514", constraint: "positive" });
    await expect(database.handle.execute("selec 1")).rejects.toMatchObject({ code: "42601", position: "1" });
    await expect(database.handle.execute("select $1::int", ["x"])).rejects.toMatchObject({ code: "22P02" });
    await expect(database.db.execute(sql`insert into named values (1, 7)`)).rejects.toMatchObject({ cause: { code: "23505", constraint: "one" } });
  });

  it("answers a ping", () => database.handle.ping());
});
