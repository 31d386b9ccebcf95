import type { Database, Transaction } from "../database.ts";

/** Thrown to leave the transaction; carries the result past it. */
class RollBack extends Error {}

/**
 * Runs a test in a transaction that is rolled back afterwards, whatever happens. Transactions inside become savepoints, so a
 * verb may be given `tx` where it expects a database. Notifications are not delivered, since nothing commits.
 */
export async function rolledBack<Result>(db: Database, test: (tx: Transaction) => Promise<Result>): Promise<Result> {
  let result: { value: Result } | undefined;
  const leave = new RollBack();
  try {
    await db.transaction(async (tx) => {
      result = { value: await test(tx) };
      throw leave;
    });
  } catch (error) {
    if (error !== leave) throw error;
  }
  if (!result) throw new Error("The test was not run.");
  return result.value;
}
