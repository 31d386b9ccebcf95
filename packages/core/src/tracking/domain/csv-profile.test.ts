import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvRows, MAX_DISTINCT, profileCsv } from "./csv-profile.ts";

describe("csvRows", () => {
  it("knows quotes, both line ends and a last line without one", () => {
    expect([...csvRows('a,"b,""c"""\r\n1,"two\nlines"\n\n3,4')]).toEqual([
      ["a", 'b,"c"'],
      ["1", "two\nlines"],
      ["3", "4"],
    ]);
  });

  it("gives back what was written", () => {
    const cell = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 }), (rows) => {
        const text = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(",")).join("\r\n");
        expect([...csvRows(text)]).toEqual(rows);
      }),
    );
  });
});

describe("profileCsv", () => {
  it("tells each column's type, gaps and range", () => {
    const { rows, more, columns } = profileCsv("\uFEFFage,fare,paid,city,none\n30,1.5,true,Bern,\n40,,false,Bern,NA\n,2.5,TRUE,Chur,null\n", 100);
    expect({ rows, more }).toEqual({ rows: 3, more: false });
    expect(columns).toMatchObject([
      { name: "age", type: "integer", missing: 1, distinct: 2, min: 30, mean: 35, max: 40, top: [] },
      { name: "fare", type: "double", missing: 1, min: 1.5, mean: 2, max: 2.5 },
      { name: "paid", type: "boolean", missing: 0, min: null },
      {
        name: "city",
        type: "string",
        distinct: 2,
        top: [
          { value: "Bern", count: 2 },
          { value: "Chur", count: 1 },
        ],
      },
      { name: "none", type: "empty", missing: 3, distinct: 0 },
    ]);
  });

  it("stops at the limits", () => {
    const text = `id\n${Array.from({ length: MAX_DISTINCT + 50 }, (_, index) => `x${index}`).join("\n")}`;
    expect(profileCsv(text, 10)).toMatchObject({ rows: 10, more: true });
    expect(profileCsv(text, 5_000).columns[0]).toMatchObject({ distinct: MAX_DISTINCT, moreDistinct: true });
    expect(profileCsv("", 10)).toEqual({ rows: 0, more: false, columns: [] });
  });
});
