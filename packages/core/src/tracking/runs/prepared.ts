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
  const result: unknown = await db._.session.prepareQuery({ sql: text, params: params.map(arrayLiteral) }, undefined, name, false).execute();
  return (result as { rows: Row[] }).rows;
}

/** Arrays of numbers as PostgreSQL writes them: twice as fast as the driver, which quotes every element. */
function arrayLiteral(value: unknown): unknown {
  const isNumbers = Array.isArray(value) && (typeof value[0] === "number" || typeof value[0] === "bigint");
  return isNumbers ? `{${value.join(",")}}` : value;
}
