import { changeRequest, deployment, environment } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { enqueueJob } from "../../jobs/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { DeployTargetCapability } from "../../serving/ports.ts";
import { changeCommit, deploymentReconcile, environmentReconcile } from "../jobs.ts";

export type DeliveryLoop = {
  /** Ends the watch and the timer; jobs go on by themselves. */
  stop(): Promise<void>;
};

/** How often everything is looked at although nothing was heard: only to catch what was missed. */
const SWEEP_MS = 5 * 60_000;

/**
 * Pushes deployments on: each change of a workload asks for a reconciliation of its deployment, and every five minutes (and now)
 * whatever should have moved is asked again. Does no work itself.
 */
export function startDelivery(ctx: CoreContext): DeliveryLoop {
  const stopping = new AbortController();
  let working: Promise<void> = Promise.resolve();
  const enqueue = (work: () => Promise<void>): void => {
    working = working.then(async () => {
      if (stopping.signal.aborted) return;
      try {
        await work();
      } catch (error) {
        ctx.log.error({ error: String(error) }, "delivery could not be pushed on");
      }
    });
  };
  ctx.resolve(DeployTargetCapability).watch((workload) => enqueue(() => pushWorkload(ctx, workload.name)), stopping.signal);
  enqueue(() => sweepDelivery(ctx));
  const timer = setInterval(() => enqueue(() => sweepDelivery(ctx)), SWEEP_MS);
  timer.unref();
  return {
    async stop() {
      stopping.abort();
      clearInterval(timer);
      await working;
    },
  };
}

/** A workload changed: its deployment is reconciled. */
export async function pushWorkload(ctx: CoreContext, workload: string): Promise<void> {
  const name = workload.slice(0, workload.lastIndexOf("@"));
  const [row] = await ctx.db.select({ id: deployment.id }).from(deployment).where(eq(deployment.name, name));
  if (row) await enqueueJob(ctx.db, deploymentReconcile, { deploymentId: row.id }, { key: row.id });
}

/** Asks again for everything that has not come to its end: approved requests, and what git says of each environment. */
export async function sweepDelivery(ctx: CoreContext): Promise<void> {
  const approved = await ctx.db
    .select({ id: changeRequest.id })
    .from(changeRequest)
    .where(and(eq(changeRequest.status, "approved")))
    .limit(500);
  for (const { id } of approved) await enqueueJob(ctx.db, changeCommit, { changeRequestId: id }, { key: id });
  const environments = await ctx.db.select({ id: environment.id }).from(environment).limit(50);
  for (const { id } of environments) await enqueueJob(ctx.db, environmentReconcile, { environmentId: id }, { key: id });
}
