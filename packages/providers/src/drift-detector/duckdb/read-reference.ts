import type { DuckDBConnection } from "@duckdb/node-api";
import type { DriftColumn } from "@trellis/core/monitoring/ports.ts";
import { categoricalReference, categoryOf, countOverEdges, numericReference, type ReferenceColumn } from "./bins.ts";
import { quoteIdentifier, quoteLiteral } from "./client.ts";
import type { ReferenceProfile } from "./compare-columns.ts";
import { PARTS, total, usualVariation } from "./usual-variation.ts";

/** Distinct values that are counted one by one; a column with more is no category and says so by its `other` bin. */
const MAX_COUNTED_CATEGORIES = 10_000;

/**
 * Reads the reference CSV once into a temporary table and keeps of every column what a comparison needs. All values are read as
 * text and converted here: a guess of types from the first rows would turn the odd later value into an error. Columns that the
 * file lacks are left out.
 */
export async function readReference(connection: DuckDBConnection, file: string, columns: readonly DriftColumn[]): Promise<ReferenceProfile> {
  await connection.run(
    `create or replace temporary table reference as select * from read_csv(${quoteLiteral(file)}, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', null_padding = false)`,
  );
  const rows = Number(await firstCell(connection, "select count(*) from reference"));
  const described = await connection.runAndReadAll("select column_name from (describe reference)");
  const present = new Set(described.getRows().map(([name]) => String(name)));
  const profile: ReferenceProfile = { rows, columns: new Map() };
  for (const column of columns) {
    if (present.has(column.name)) profile.columns.set(column.name, await readColumn(connection, column, rows));
  }
  await connection.run("drop table reference");
  return profile;
}

function readColumn(connection: DuckDBConnection, column: DriftColumn, rows: number): Promise<ReferenceColumn> {
  return column.kind === "numeric" ? readNumbers(connection, column.name, rows) : readCategories(connection, column.name, rows);
}

async function readNumbers(connection: DuckDBConnection, name: string, rows: number): Promise<ReferenceColumn> {
  // NaN is not NULL in DuckDB and would count as the largest number.
  const result = await connection.stream(
    `select x, part from (select try_cast(${quoteIdentifier(name)} as double) as x, ${partOf(rows)} as part from reference) where isfinite(x) order by x`,
  );
  const sorted = new Float64Array(rows);
  const part = new Uint8Array(rows);
  let length = 0;
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const parts = chunk.getColumnValues(1);
    for (const [index, value] of chunk.getColumnValues(0).entries()) {
      sorted[length] = Number(value);
      part[length] = Number(parts[index]);
      length += 1;
    }
  }
  const column = numericReference(sorted.subarray(0, length), rows - length);
  if (column.kind !== "numeric") return column;
  const counts = partIndexes().map((number) =>
    countOverEdges(
      sorted.subarray(0, length).filter((_, index) => part[index] === number),
      column.edges,
    ),
  );
  return { ...column, usual: variationOf(counts, column.counts, rows) };
}

async function readCategories(connection: DuckDBConnection, name: string, rows: number): Promise<ReferenceColumn> {
  const column = quoteIdentifier(name);
  const result = await connection.runAndReadAll(
    `select ${column}, ${partOf(rows)} as part, count(*) as n from reference where ${column} is not null and ${column} <> '' group by 1, 2 order by n desc, 1, 2 limit ${MAX_COUNTED_CATEGORIES * PARTS}`,
  );
  const counts = new Map<string, number>();
  const byPart = partIndexes().map(() => new Map<string, number>());
  for (const [value, part, n] of result.getRows()) {
    const category = categoryOf(String(value));
    const own = byPart[Number(part)];
    if (category === null || !own) continue;
    counts.set(category, (counts.get(category) ?? 0) + Number(n));
    own.set(category, (own.get(category) ?? 0) + Number(n));
  }
  const missing = Number(await firstCell(connection, `select count(*) from reference where ${column} is null or ${column} = ''`));
  const reference = categoricalReference(counts, Math.min(missing, rows));
  if (reference.kind !== "categorical") return reference;
  const shown = (map: ReadonlyMap<string, number>): number[] => {
    const named = reference.named.map((category) => map.get(category) ?? 0);
    return [...named, total([...map.values()]) - total(named)];
  };
  return { ...reference, usual: variationOf(byPart.map(shown), shown(counts), rows) };
}

/** SQL for the part of the file that a row lies in, 0 to `PARTS` - 1; rows keep the order of the file. */
function partOf(rows: number): string {
  return `(rowid * ${PARTS}) // ${Math.max(rows, 1)}`;
}

function partIndexes(): number[] {
  return Array.from({ length: PARTS }, (_, index) => index);
}

/** Missing values are a bin of their own here too; a bin that the whole reference leaves empty is none. */
function variationOf(parts: readonly number[][], whole: readonly number[], rows: number): number {
  const kept = whole.flatMap((count, index) => (count > 0 ? [index] : []));
  const missing = rows - total(whole);
  const pick = (counts: readonly number[], absent: number): number[] => [...kept.map((index) => counts[index] ?? 0), ...(missing > 0 ? [absent] : [])];
  const sizes = partIndexes().map((index) => Math.ceil(((index + 1) * rows) / PARTS) - Math.ceil((index * rows) / PARTS));
  return usualVariation(
    parts.map((counts, index) => pick(counts, Math.max(0, (sizes[index] ?? 0) - total(counts)))),
    pick(whole, missing),
  );
}

async function firstCell(connection: DuckDBConnection, sql: string): Promise<unknown> {
  const result = await connection.runAndReadAll(sql);
  return result.getRows()[0]?.[0];
}
