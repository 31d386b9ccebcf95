import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

export type DuckdbSettings = {
  /** Most memory that a comparison takes, as DuckDB writes it. */
  memoryLimit?: string;
  threads?: number;
};

/** DuckDB in memory, on threads of its own, opened by the first use. Every `use` gets its own connection with its own temporary tables. */
export class DuckdbClient {
  readonly #settings: Required<DuckdbSettings>;
  #instance: Promise<DuckDBInstance> | null = null;

  constructor(settings: DuckdbSettings = {}) {
    this.#settings = { memoryLimit: "512MB", threads: 1, ...settings };
  }

  async use<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    this.#instance ??= this.#open();
    const connection = await (await this.#instance).connect();
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  }

  async #open(): Promise<DuckDBInstance> {
    try {
      // Loaded by the first use: it would make every start of the portal slower.
      const { DuckDBInstance: Instance } = await import("@duckdb/node-api");
      return await Instance.create(":memory:", {
        memory_limit: this.#settings.memoryLimit,
        threads: String(this.#settings.threads),
        temp_directory: join(tmpdir(), `trellis-duckdb-${process.pid}`),
        // Nothing is fetched from outside by reading a file.
        autoinstall_known_extensions: "false",
        autoload_known_extensions: "false",
      });
    } catch (error) {
      this.#instance = null;
      throw error;
    }
  }
}

/** Text as an SQL literal. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
