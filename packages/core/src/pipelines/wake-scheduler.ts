import { sql } from "drizzle-orm";
import type { Database, Transaction } from "../kernel/context.ts";

/** Channel on which verbs tell the scheduler, in whichever process it is, that there is something to do. */
export const SCHEDULER_CHANNEL = "trellis_pipelines";

/** Wakes the scheduler once the transaction commits. */
export async function wakeScheduler(tx: Database | Transaction): Promise<void> {
  await tx.execute(sql`select pg_notify(${SCHEDULER_CHANNEL}, '')`);
}
