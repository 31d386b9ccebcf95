import type { Database } from "@trellis/db";
import { jobOutbox } from "@trellis/db/schema";
import { asc, eq } from "drizzle-orm";
import { handleJob, type JobHandler } from "../../jobs/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import {
  changeCommit,
  commitChange,
  deploymentRecheck,
  deploymentReconcile,
  environmentReconcile,
  recheckDeployment,
  reconcileDeployment,
  reconcileEnvironment,
} from "../index.ts";

const HANDLERS: JobHandler[] = [
  handleJob(changeCommit, commitChange),
  handleJob(environmentReconcile, reconcileEnvironment),
  handleJob(deploymentReconcile, reconcileDeployment),
  handleJob(deploymentRecheck, recheckDeployment),
];

/** More jobs than this in one go mean that something asks for itself without end. */
const LIMIT = 200;

/**
 * Does the jobs that are due, oldest first, each at least once: one that fails stays and its error is thrown. Jobs that are
 * delayed wait until the clock reaches them; other areas' facts are left alone.
 */
export async function runDeliveryJobs(db: Database, ctx: CoreContext, clock: { now: Date }): Promise<void> {
  for (let count = 0; count < LIMIT; count += 1) {
    const waiting = await db.select().from(jobOutbox).orderBy(asc(jobOutbox.seq));
    const row = waiting.find((job) => HANDLERS.some((handler) => handler.name === job.name) && dueAt(job, clock) <= clock.now.getTime());
    if (!row) return;
    const handler = HANDLERS.find((candidate) => candidate.name === row.name);
    try {
      await handler?.run(ctx, row.payload);
    } catch (error) {
      const isOver = isCoreError(error) && error.code !== "UNAVAILABLE" && error.code !== "CONFLICT";
      if (isOver) await db.delete(jobOutbox).where(eq(jobOutbox.seq, row.seq));
      throw error;
    }
    await db.delete(jobOutbox).where(eq(jobOutbox.seq, row.seq));
  }
  throw new Error(`More than ${LIMIT} jobs: something asks for itself without end.`);
}

/** When a job was first seen waiting, by the test's clock: the queue's own clock is the machine's. */
const seenAt = new Map<number, number>();

function dueAt(job: typeof jobOutbox.$inferSelect, clock: { now: Date }): number {
  const seen = seenAt.get(job.seq) ?? clock.now.getTime();
  seenAt.set(job.seq, seen);
  return seen + job.delaySeconds * 1000;
}
