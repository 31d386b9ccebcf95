import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { duckdbTableReader } from "./provider.ts";

describe("tables read with DuckDB", () => {
  const reader = duckdbTableReader();
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trellis-tables-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const csv = (text: string, format: "csv" | "tsv" = "csv", maxRows = 100) => reader.read(Readable.from([Buffer.from(text)]), { format, maxRows });

  it("reads CSV with types, values as they are written", async () => {
    expect(await csv('id,when,"a ""name""",score\n1,2026-01-02,"x, y",1.50\n2,2026-01-03,,-0\n')).toEqual({
      columns: [
        { name: "id", type: "BIGINT" },
        { name: "when", type: "DATE" },
        { name: 'a "name"', type: "VARCHAR" },
        { name: "score", type: "DOUBLE" },
      ],
      rows: [
        ["1", "2026-01-02", "x, y", "1.50"],
        ["2", "2026-01-03", null, "-0"],
      ],
      totalRows: null,
    });
  });

  it("finds the separator, reads TSV, and no more rows than asked for", async () => {
    expect((await csv("a;b\n1;2\n")).rows).toEqual([["1", "2"]]);
    expect((await csv("a\tb\n1,5\t2\n", "tsv")).rows).toEqual([["1,5", "2"]]);
    expect((await csv(`a,b\n${"1,2\n".repeat(500)}`, "csv", 7)).rows).toHaveLength(7);
    expect((await csv("a,b\n")).rows).toEqual([]);
  });

  it("cuts long values and many columns", async () => {
    const wide = Array.from({ length: 300 }, (_, index) => `c${index}`).join(",");
    const table = await csv(`${wide}\n${"x".repeat(2_000)}${",1".repeat(299)}\n`);
    expect([table.columns.length, table.rows[0]?.length, table.rows[0]?.[0]?.length]).toEqual([200, 200, 500]);
  });

  it("reads Parquet with its own types, nested ones too, and knows how many rows there are", async () => {
    const file = join(folder, "t.parquet");
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(
      `copy (select i as id, {'a': i, 'b': [i, i + 1]} as nested, null::double as empty from range(1000) t(i)) to '${file}' (format parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    const table = await reader.read(createReadStream(file), { format: "parquet", maxRows: 2 });
    expect(table).toEqual({
      columns: [
        { name: "id", type: "BIGINT" },
        { name: "nested", type: "STRUCT(a BIGINT, b BIGINT[])" },
        { name: "empty", type: "DOUBLE" },
      ],
      rows: [
        ["0", "{'a': 0, 'b': [0, 1]}", null],
        ["1", "{'a': 1, 'b': [1, 2]}", null],
      ],
      totalRows: 1000,
    });
  });

  it("refuses what is no table, and leaves no file behind", async () => {
    vi.stubEnv("TMPDIR", folder);
    await expect(reader.read(Readable.from([Buffer.from("not parquet")]), { format: "parquet", maxRows: 1 })).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringMatching(/^The table could not be read: (?!.*trellis-table)/) as string,
    });
    expect((await readdir(folder)).filter((name) => name.startsWith("trellis-table-"))).toEqual([]);
    vi.unstubAllEnvs();
  });
});
