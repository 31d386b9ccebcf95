import { runParam } from "@trellis/db/schema";
import { sql } from "drizzle-orm";
import type { Database, Transaction } from "../kernel/context.ts";

/** Keeps what a step says of its parameters; a later value of the same name wins. */
export async function recordParams(tx: Database | Transaction, input: { runId: string; stepKey: string; params: Record<string, string> }): Promise<void> {
  const rows = Object.entries(input.params).map(([key, value]) => ({ runId: input.runId, key, value, stepKey: input.stepKey }));
  if (rows.length === 0) return;
  await tx
    .insert(runParam)
    .values(rows)
    .onConflictDoUpdate({ target: [runParam.runId, runParam.key], set: { value: sql`excluded.value`, stepKey: sql`excluded.step_key` } });
}
