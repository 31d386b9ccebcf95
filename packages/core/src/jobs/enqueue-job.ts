import { jobOutbox } from "@trellis/db/schema";
import { sql } from "drizzle-orm";
import type { Database, Transaction } from "../kernel/context.ts";
import type { Job } from "./define-job.ts";

/** Announces that the outbox has something; sent when the transaction commits. */
export const JOBS_CHANNEL = "trellis_jobs";

export type EnqueueOptions = {
  /** While a job with this key waits, a second one is not added; two with one key never run at the same time. */
  key?: string;
  delaySeconds?: number;
};

/** Asks for background work as part of a transaction: it happens if and only if the transaction commits. */
export async function enqueueJob<Payload extends object>(
  tx: Database | Transaction,
  job: Job<Payload>,
  payload: NoInfer<Payload>,
  options: EnqueueOptions = {},
): Promise<void> {
  await tx.insert(jobOutbox).values({
    name: job.name,
    payload: job.schema.parse(payload),
    key: options.key ?? null,
    delaySeconds: options.delaySeconds ?? 0,
    createdAt: new Date(),
  });
  await tx.execute(sql`select pg_notify(${JOBS_CHANNEL}, '')`);
}
