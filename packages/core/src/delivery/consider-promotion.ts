import { changeRequest, deployment, modelVersion, run } from "@trellis/db/schema";
import { and, eq, inArray } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";
import { isCoreError } from "../kernel/errors.ts";
import { requireModelVersion } from "../registry/index.ts";
import { deploymentNameOf } from "./open-change-request.ts";
import { recordDeploymentEvent } from "./record-events.ts";
import { openDeployRequest } from "./request-deployment.ts";

/** The fact `version.registered` of the pipelines area. */
export type RegisteredFact = {
  versionId: string;
  modelId: string;
  version: number;
  projectId: string;
  runId: string;
  deployEnvironment: string | null;
  runTriggeredAutomatically: boolean;
};

/**
 * Answers the fact `version.registered`: a version of a run that no person started asks for its own deployment when its
 * pipeline says where. Its author is the run, so any approver may decide. A held deployment is left alone.
 */
export async function considerPromotion(ctx: CoreContext, fact: RegisteredFact): Promise<void> {
  if (fact.deployEnvironment === null || !fact.runTriggeredAutomatically) return;
  const { version, model } = await requireModelVersion(ctx, { versionId: fact.versionId });
  const name = deploymentNameOf(model.name, fact.deployEnvironment);
  const [current] = await ctx.db
    .select()
    .from(deployment)
    .where(and(eq(deployment.name, name), eq(deployment.lifecycle, "active")));
  if (current?.held) return skip(ctx, current.id, `Version ${version.version} is not proposed: the deployment is held since it was rolled back.`);
  if (current && (await isNewerAsked(ctx, name, version.version)))
    return skip(ctx, current.id, `Version ${version.version} is not proposed: a later version was asked for already.`);
  const [source] = await ctx.db.select().from(run).where(eq(run.id, fact.runId));
  const author = { authorId: null, authorName: source ? `Run ${source.number}` : "A run" };
  try {
    await openDeployRequest(ctx, { version, model, environment: fact.deployEnvironment, reason: reasonOf(source), author, openedByRunId: fact.runId });
  } catch (error) {
    if (!isCoreError(error) || error.code === "UNAVAILABLE" || error.code === "CONFLICT") throw error;
    ctx.log.warn({ deployment: name, version: version.version, problem: error.message }, "a run could not ask for the deployment of its version");
    if (current) await skip(ctx, current.id, `Version ${version.version} could not be proposed: ${error.message}`);
  }
}

async function isNewerAsked(ctx: CoreContext, deploymentName: string, version: number): Promise<boolean> {
  const pending = await ctx.db
    .select({ version: modelVersion.version })
    .from(changeRequest)
    .innerJoin(modelVersion, eq(modelVersion.id, changeRequest.versionId))
    .where(and(eq(changeRequest.deploymentName, deploymentName), inArray(changeRequest.status, ["open", "approved", "committed"])))
    .limit(50);
  return pending.some((request) => request.version > version);
}

async function skip(ctx: CoreContext, deploymentId: string, message: string): Promise<void> {
  await ctx.db.transaction((tx) => recordDeploymentEvent(tx, ctx, { deploymentId, kind: "skipped", message }));
}

function reasonOf(source: typeof run.$inferSelect | undefined): string {
  if (!source) return "";
  const summary = typeof source.cause.summary === "string" ? source.cause.summary : "";
  return source.triggerKind === "drift"
    ? `Retrained after a drift alert. ${summary}`.trim()
    : `Trained by run ${source.number} (${source.triggerKind}). ${summary}`.trim();
}
