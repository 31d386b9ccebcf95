import type pg from "pg";
import type { ExecuteResult } from "./database.ts";

/** The plain road to a pool, with the rows of several statements joined. See `DatabaseHandle.execute`. */
export async function execute(pool: pg.Pool, text: string, values: unknown[] = []): Promise<ExecuteResult> {
  // The driver gives an array of results for several statements, which its types do not say.
  const answer: pg.QueryResult | pg.QueryResult[] = values.length > 0 ? await pool.query(text, values) : await pool.query(text);
  const results = Array.isArray(answer) ? answer : [answer];
  return {
    rows: results.flatMap((result) => result.rows),
    rowCount: results.reduce((sum, result) => sum + (result.rowCount ?? 0), 0),
  };
}
