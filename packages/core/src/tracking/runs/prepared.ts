import type { Database, Transaction } from "../../kernel/context.ts";

/**
 * Runs plain SQL with `$1` values as a statement that each connection parses and plans once; for the few hottest ones. One
 * name must always come with the same text. Arrays as values become PostgreSQL arrays.
 */
export async function executePrepared<Row extends Record<string, unknown>>(
  db: Database | Transaction,
  name: string,
  text: string,
  params: unknown[],
): Promise<Row[]> {
  const result: unknown = await db._.session.prepareQuery({ sql: text, params }, undefined, name, false).execute();
  return (result as { rows: Row[] }).rows;
}
