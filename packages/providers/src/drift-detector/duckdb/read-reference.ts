import type { DuckDBConnection } from "@duckdb/node-api";
import type { DriftColumn } from "@trellis/core/monitoring/ports.ts";
import { categoricalReference, categoryOf, numericReference, type ReferenceColumn } from "./bins.ts";
import { quoteIdentifier, quoteLiteral } from "./client.ts";
import type { ReferenceProfile } from "./compare-columns.ts";

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
    `select x from (select try_cast(${quoteIdentifier(name)} as double) as x from reference) where isfinite(x) order by x`,
  );
  const sorted = new Float64Array(rows);
  let length = 0;
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (const value of chunk.getColumnValues(0)) {
      sorted[length] = Number(value);
      length += 1;
    }
  }
  return numericReference(sorted.subarray(0, length), rows - length);
}

async function readCategories(connection: DuckDBConnection, name: string, rows: number): Promise<ReferenceColumn> {
  const column = quoteIdentifier(name);
  const result = await connection.runAndReadAll(
    `select ${column}, count(*) as n from reference where ${column} is not null and ${column} <> '' group by 1 order by n desc, 1 limit ${MAX_COUNTED_CATEGORIES}`,
  );
  const counts = new Map<string, number>();
  for (const [value, count] of result.getRows()) {
    const category = categoryOf(String(value));
    if (category !== null) counts.set(category, (counts.get(category) ?? 0) + Number(count));
  }
  const missing = Number(await firstCell(connection, `select count(*) from reference where ${column} is null or ${column} = ''`));
  return categoricalReference(counts, Math.min(missing, rows));
}

async function firstCell(connection: DuckDBConnection, sql: string): Promise<unknown> {
  const result = await connection.runAndReadAll(sql);
  return result.getRows()[0]?.[0];
}
