import { deployment } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { enqueueJob } from "../../jobs/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import { withdrawEndpoint } from "../../serving/index.ts";
import { DeployTargetCapability } from "../../serving/ports.ts";
import { planDeployment, type ReconcileAction, type ReconcilePlan } from "../domain/reconcile-plan.ts";
import { giveUpVersion } from "./give-up-version.ts";
import { deploymentReconcile, deploymentRecheck } from "../jobs.ts";
import { type LoadedDeployment, loadDeployment } from "./load-deployment.ts";
import { prepareWorkload } from "./prepare-workload.ts";
import { recordDeploymentEvent } from "../record-events.ts";
import { settleRequests } from "./settle-requests.ts";
import { switchTraffic } from "./switch-traffic.ts";

/** Plans a reconciliation may make; each follows from what the one before did. */
const ROUNDS = 8;
/** Pauses between tries of a version that answered once and keeps ending: they double from here up to ten minutes. */
const RETRY_MS = 5_000;
const RETRY_MAX_MS = 600_000;

/**
 * Answers job `deployment.reconcile`: looks at what git asks for, what runs and where requests go, and does the next things.
 * May run at any time, twice, late, and after a kill at any point: every step is read from the world, not remembered.
 */
export async function reconcileDeployment(ctx: CoreContext, input: { deploymentId: string }): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const loaded = await loadDeployment(ctx, input.deploymentId);
    if (!loaded || (loaded.row.lifecycle === "removed" && loaded.state.observed.length === 0)) return;
    const plan = planDeployment(loaded.state);
    await writeStatus(ctx, loaded, plan);
    if (plan.actions.length === 0) return finish(ctx, loaded, plan);
    for (const action of plan.actions) await perform(ctx, loaded, action);
  }
  await recheckLater(ctx, input.deploymentId, 1_000);
}

/** Answers job `deployment.recheck`. */
export async function recheckDeployment(ctx: CoreContext, input: { deploymentId: string }): Promise<void> {
  await enqueueJob(ctx.db, deploymentReconcile, input, { key: input.deploymentId });
}

async function perform(ctx: CoreContext, loaded: LoadedDeployment, action: ReconcileAction): Promise<void> {
  switch (action.kind) {
    case "start":
      return start(ctx, loaded, action.version);
    case "switch":
      return switchTraffic(ctx, loaded, action);
    case "withdraw":
      return withdraw(ctx, loaded, action.message);
    case "stop":
      return stop(ctx, loaded, action.workload);
    case "give-up":
      return giveUpVersion(ctx, loaded, action);
    case "count-failure":
      return countFailure(ctx, loaded, action.message);
    case "pause-live":
      return pauseLive(ctx, loaded, action.message);
  }
}

async function start(ctx: CoreContext, loaded: LoadedDeployment, version: number): Promise<void> {
  const { row } = loaded;
  const wanted = loaded.versions.get(version);
  if (!wanted) throw new Error(`Version ${version} of deployment ${row.name} is not known.`);
  try {
    const workload = await prepareWorkload(ctx, row.name, wanted);
    await ctx.resolve(DeployTargetCapability).apply(workload);
  } catch (error) {
    const isFinal = isCoreError(error) && error.code !== "UNAVAILABLE" && error.code !== "CONFLICT";
    if (!isFinal) throw error;
    if (version !== loaded.state.liveVersion) return giveUpVersion(ctx, loaded, { version, message: error.message });
    if (version === loaded.state.desiredVersion) return countFailure(ctx, loaded, error.message);
    return pauseLive(ctx, loaded, error.message);
  }
  await ctx.db.transaction(async (tx) => {
    await tx.update(deployment).set({ retryAt: null, updatedAt: ctx.now() }).where(eq(deployment.id, row.id));
    await recordDeploymentEvent(tx, ctx, { deploymentId: row.id, kind: "starting", message: `Version ${version} is starting.` });
  });
}

async function withdraw(ctx: CoreContext, { row }: LoadedDeployment, message: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await withdrawEndpoint(tx, row.id);
    await recordDeploymentEvent(tx, ctx, { deploymentId: row.id, kind: "withdrawn", message: `Nothing answers for the moment. ${firstLine(message)}` });
  });
}

async function stop(ctx: CoreContext, { row }: LoadedDeployment, workload: string): Promise<void> {
  await ctx.resolve(DeployTargetCapability).remove(workload);
  await ctx.db.transaction((tx) =>
    recordDeploymentEvent(tx, ctx, { deploymentId: row.id, kind: "stopped", message: `Version ${workload.slice(row.name.length + 1)} stopped.` }),
  );
}

/** The live version ended again and again; it gets another try after a pause that doubles. */
async function countFailure(ctx: CoreContext, { row }: LoadedDeployment, message: string): Promise<void> {
  const failures = row.failures + 1;
  const pauseMs = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** Math.min(failures - 1, 10));
  const retryAt = new Date(ctx.now().getTime() + pauseMs);
  await ctx.db.transaction(async (tx) => {
    await tx.update(deployment).set({ failures, retryAt, health: "degraded", message, updatedAt: ctx.now() }).where(eq(deployment.id, row.id));
    await recordDeploymentEvent(tx, ctx, {
      deploymentId: row.id,
      kind: "restarted",
      message: `${firstLine(message)} The next try is in ${Math.round(pauseMs / 1000)} s.`,
    });
  });
}

/** What answered last cannot be started again; its successor is what matters, so this is tried rarely and counts for nothing. */
async function pauseLive(ctx: CoreContext, { row }: LoadedDeployment, message: string): Promise<void> {
  ctx.log.warn({ deployment: row.name, problem: message }, "the version that answered before cannot be started again");
  await ctx.db
    .update(deployment)
    .set({ retryAt: new Date(ctx.now().getTime() + RETRY_MAX_MS) })
    .where(eq(deployment.id, row.id));
}

/** Writes sync, health and message if they are not so already, and what a change of health means for people. */
async function writeStatus(ctx: CoreContext, { row }: LoadedDeployment, plan: ReconcilePlan): Promise<void> {
  const message = plan.message ?? row.message;
  if (row.sync === plan.sync && row.health === plan.health && row.message === message) return;
  await ctx.db.transaction(async (tx) => {
    await tx.update(deployment).set({ sync: plan.sync, health: plan.health, message, updatedAt: ctx.now() }).where(eq(deployment.id, row.id));
    const isNewlyDegraded = plan.health === "degraded" && row.health !== "degraded";
    if (isNewlyDegraded) await recordDeploymentEvent(tx, ctx, { deploymentId: row.id, kind: "degraded", message });
    await announce(tx, `deployment:${row.id}`, "deployments");
  });
}

async function finish(ctx: CoreContext, loaded: LoadedDeployment, plan: ReconcilePlan): Promise<void> {
  if (plan.sync === "synced") await settleRequests(ctx, loaded);
  if (plan.recheckMs !== null) await recheckLater(ctx, loaded.row.id, plan.recheckMs);
}

async function recheckLater(ctx: CoreContext, deploymentId: string, afterMs: number): Promise<void> {
  const delaySeconds = Math.max(1, Math.ceil(afterMs / 1000));
  // A later look that waits already must not swallow an earlier one.
  await enqueueJob(ctx.db, deploymentRecheck, { deploymentId }, { key: `${deploymentId} ${delaySeconds}`, delaySeconds });
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? text;
}
