import { changeRequestEvent, deployment, deploymentEvent } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";

/** Adds to the history of a request and tells open pages. */
export async function recordChangeRequestEvent(
  tx: Transaction,
  ctx: CoreContext,
  entry: { changeRequestId: string; kind: string; message?: string; actorName?: string },
): Promise<void> {
  const { actor } = ctx;
  await tx.insert(changeRequestEvent).values({
    changeRequestId: entry.changeRequestId,
    kind: entry.kind,
    actorId: actor.kind === "user" ? actor.userId : null,
    actorName: entry.actorName ?? actor.name,
    message: entry.message ?? "",
    at: ctx.now(),
  });
  await announce(tx, `change-request:${entry.changeRequestId}`, "approvals");
}

/** Adds to the history of a deployment and tells open pages. */
export async function recordDeploymentEvent(
  tx: Transaction,
  ctx: CoreContext,
  entry: { deploymentId: string; kind: string; message: string; changeRequestNumber?: number | null },
): Promise<void> {
  await tx.insert(deploymentEvent).values({ ...entry, changeRequestNumber: entry.changeRequestNumber ?? null, at: ctx.now() });
  await announce(tx, `deployment:${entry.deploymentId}`, "deployments");
}

/** The same for a deployment that may not exist yet. */
export async function recordDeploymentEventByName(
  tx: Transaction,
  ctx: CoreContext,
  entry: { deploymentName: string; kind: string; message: string; changeRequestNumber?: number | null },
): Promise<void> {
  const { deploymentName, ...rest } = entry;
  const [found] = await tx.select({ id: deployment.id }).from(deployment).where(eq(deployment.name, deploymentName));
  if (found) await recordDeploymentEvent(tx, ctx, { deploymentId: found.id, ...rest });
}
