import { endpoint } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";

export type EndpointTarget = { deploymentId: string; deploymentName: string; versionId: string; address: string };

/** Sends a deployment's requests to this worker from now on; every gateway hears of it when the transaction commits. */
export async function publishEndpoint(tx: Transaction, ctx: CoreContext, target: EndpointTarget): Promise<void> {
  const values = { ...target, updatedAt: ctx.now() };
  await tx.insert(endpoint).values(values).onConflictDoUpdate({ target: endpoint.deploymentId, set: values });
  await announce(tx, `deployment:${target.deploymentId}`);
}

/** Nothing answers for the deployment from now on. */
export async function withdrawEndpoint(tx: Transaction, deploymentId: string): Promise<void> {
  await tx.delete(endpoint).where(eq(endpoint.deploymentId, deploymentId));
  await announce(tx, `deployment:${deploymentId}`);
}
