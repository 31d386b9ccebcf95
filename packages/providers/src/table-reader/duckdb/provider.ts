import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { TableReader, TableRows } from "@trellis/core/tracking/ports.ts";

const MAX_COLUMNS = 200;
const MAX_CELL_CHARACTERS = 500;

/**
 * Reads tables with DuckDB, in the portal's own process but on threads of its own. DuckDB reads files: content goes to a
 * temporary one. Each read has a database of its own, with little memory and no way to fetch anything.
 */
export function duckdbTableReader(): TableReader {
  return {
    async read(content, { format, maxRows }) {
      const folder = await mkdtemp(join(tmpdir(), "trellis-table-"));
      try {
        const file = join(folder, "table");
        await pipeline(content, createWriteStream(file));
        const instance = await DuckDBInstance.create(":memory:", {
          memory_limit: "256MB",
          threads: "1",
          temp_directory: folder,
          autoinstall_known_extensions: "false",
          autoload_known_extensions: "false",
        });
        try {
          const connection = await instance.connect();
          return await readTable(connection, file, format, maxRows).finally(() => connection.closeSync());
        } finally {
          instance.closeSync();
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function readTable(connection: DuckDBConnection, file: string, format: "csv" | "tsv" | "parquet", maxRows: number): Promise<TableRows> {
  try {
    const { typed, plain } = sourcesOf(file, format);
    const described = await connection.runAndReadAll(`select column_name, column_type from (describe select * from ${typed})`);
    const columns = described
      .getRows()
      .slice(0, MAX_COLUMNS)
      .map(([name, type]) => ({ name: String(name), type: String(type) }));
    const values = columns.map(({ name }) => `left(cast("${name.replaceAll('"', '""')}" as varchar), ${MAX_CELL_CHARACTERS})`);
    const read = await connection.runAndReadAll(`select ${values.join(", ")} from ${plain} limit ${maxRows}`);
    const rows = read.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
    return { columns, rows, totalRows: format === "parquet" ? await countRows(connection, file) : null };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new CoreError("INVALID", `The table could not be read: ${reason.replaceAll(file, "the file")}`, { cause: error });
  }
}

/** What to select from: with types as they are found, and, of CSV, with every value as it is written. */
function sourcesOf(file: string, format: "csv" | "tsv" | "parquet"): { typed: string; plain: string } {
  const name = `'${file.replaceAll("'", "''")}'`;
  if (format === "parquet") return { typed: `read_parquet(${name})`, plain: `read_parquet(${name})` };
  const options = `${name}, header = true, quote = '"', escape = '"', null_padding = true, strict_mode = false, ignore_errors = true${format === "tsv" ? ", delim = '\\t'" : ""}`;
  return { typed: `read_csv(${options})`, plain: `read_csv(${options}, all_varchar = true)` };
}

async function countRows(connection: DuckDBConnection, file: string): Promise<number> {
  const counted = await connection.runAndReadAll(`select sum(num_rows) from parquet_file_metadata('${file.replaceAll("'", "''")}')`);
  return Number(counted.getRows()[0]?.[0] ?? 0);
}
