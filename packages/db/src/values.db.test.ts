import { sql } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testDatabase } from "./testing/index.ts";

/** PostgreSQL's text holds every character but NUL, and no half of a surrogate pair. */
const text = fc
  .oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."'\"\\{},$1;- \n\t%_ü🙂") }))
  .map((value) => value.replaceAll("\0", ""));
const json = fc.jsonValue({ stringUnit: "grapheme" }).filter((value) => !JSON.stringify(value).includes("\\u0000"));
const int8 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const moment = fc.date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true });
const row = fc.record({
  t: fc.option(text),
  ts: fc.array(fc.option(text), { minLength: 1 }),
  j: json,
  b: fc.uint8Array(),
  d: moment,
  n: int8,
  f: fc.double(),
  a: fc.array(fc.integer()),
});

describe("values", () => {
  const database = testDatabase();

  it("come back as they went in", async () => {
    await fc.assert(
      fc.asyncProperty(row, async ({ t, ts, j, b, d, n, f, a }) => {
        const { rows } = await database.handle.execute(
          "select $1::text as t, $2::text[] as ts, $3::jsonb as j, $4::bytea as b, $5::timestamptz as d, $6::int8 as n, $7::float8 as f, $8::int[] as a",
          [t, ts, JSON.stringify(j), b, d, n, f, a],
        );
        // Neither JSON nor the text of a JavaScript number knows a negative zero; a bigint comes back as its digits.
        expect(rows).toEqual([{ t, ts, j: JSON.parse(JSON.stringify(j)), b: Buffer.from(b), d, n: n.toString(), f: f === 0 ? 0 : f, a }]);
      }),
      { numRuns: 300 },
    );
  });

  it("come back through Drizzle's parameters", async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { minLength: 1 }), async (t, ts) => {
        const { rows } = await database.db.execute(sql`select ${t}::text as t, ${sql.param(ts)}::text[] as ts, ${{ t, ts }}::jsonb as j`);
        expect(rows).toEqual([{ t, ts, j: { t, ts } }]);
      }),
      { numRuns: 100 },
    );
  });
});
