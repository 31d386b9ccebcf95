import { deployment, deploymentRevision, environment } from "@trellis/db/schema";
import { and, desc, eq, isNotNull, isNull, ne, sql } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import { enqueueJob } from "../../jobs/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import { recordEdge } from "../../lineage/index.ts";
import { moveAlias } from "../../registry/index.ts";
import { publishEndpoint } from "../../serving/index.ts";
import { deploymentLive } from "../jobs.ts";
import type { LoadedDeployment } from "./load-deployment.ts";
import type { WorkloadVersion } from "./prepare-workload.ts";
import { recordDeploymentEvent } from "../record-events.ts";

/** What callers of the last environment on the path of promotion get is the champion. */
export const CHAMPION = "champion";

/**
 * Moves a deployment's requests to a worker that is ready, in one transaction with all that follows from it. The same version
 * at another address (its process was started again) is no change of version.
 */
export async function switchTraffic(ctx: CoreContext, loaded: LoadedDeployment, to: { version: number; address: string }): Promise<void> {
  const { row, versions } = loaded;
  const version = versions.get(to.version);
  if (!version) throw new Error(`Version ${to.version} of deployment ${row.name} is not known.`);
  const isNewVersion = row.liveVersionId !== version.id;
  await ctx.db.transaction(async (tx) => {
    const now = ctx.now();
    await publishEndpoint(tx, ctx, { deploymentId: row.id, deploymentName: row.name, versionId: version.id, address: to.address });
    await tx
      .update(deployment)
      .set({ liveVersionId: version.id, retryAt: null, updatedAt: now, ...(isNewVersion ? { liveSince: now, failures: 0 } : {}) })
      .where(eq(deployment.id, row.id));
    await announce(tx, "deployments", `project:${row.projectId}`, `models:${row.projectId}`);
    if (isNewVersion) await becomeLive(tx, ctx, loaded, version);
    else await recordDeploymentEvent(tx, ctx, { deploymentId: row.id, kind: "live", message: `Version ${to.version} answers again.` });
  });
}

async function becomeLive(
  tx: Transaction,
  ctx: CoreContext,
  { row, model, environment: place, versions }: LoadedDeployment,
  version: WorkloadVersion,
): Promise<void> {
  const now = ctx.now();
  const before = [...versions.values()].find((candidate) => candidate.id === row.liveVersionId);
  await tx
    .update(deploymentRevision)
    .set({ endedAt: now })
    .where(and(eq(deploymentRevision.deploymentId, row.id), isNotNull(deploymentRevision.liveAt), isNull(deploymentRevision.endedAt)));
  const [revision] = await tx
    .select({ id: deploymentRevision.id })
    .from(deploymentRevision)
    .where(and(eq(deploymentRevision.deploymentId, row.id), eq(deploymentRevision.versionId, version.id), isNull(deploymentRevision.liveAt)))
    .orderBy(desc(deploymentRevision.createdAt))
    .limit(1);
  if (revision) await tx.update(deploymentRevision).set({ liveAt: now }).where(eq(deploymentRevision.id, revision.id));
  await recordDeploymentEvent(tx, ctx, {
    deploymentId: row.id,
    kind: "live",
    message: before ? `Version ${version.version} takes over from version ${before.version}.` : `Version ${version.version} answers.`,
  });
  await recordAuditEvent(tx, ctx, {
    action: "delivery.deployment.switch",
    subject: { kind: "deployment", id: row.id, name: row.name },
    projectId: row.projectId,
    data: { from: before?.version ?? null, to: version.version },
  });
  await recordEdge(tx, ctx, {
    from: { kind: "model_version", id: version.id },
    to: { kind: "deployment", id: row.id },
    relation: "serves",
    projectId: row.projectId,
  });
  await recordEdge(tx, ctx, {
    from: { kind: "deployment", id: row.id },
    to: { kind: "endpoint", id: row.id },
    relation: "answers_at",
    projectId: row.projectId,
  });
  await enqueueJob(tx, deploymentLive, { deploymentId: row.id, versionId: version.id }, { key: row.id });
  await announce(tx, `model-version:${version.id}`, ...(before ? [`model-version:${before.id}` as const] : []));
  if (await isLast(tx, place)) await crown(tx, ctx, model, version.version, row.name);
}

/** True for the environment that nothing comes after. */
async function isLast(tx: Transaction, place: { id: string; position: number }): Promise<boolean> {
  const [later] = await tx
    .select({ id: environment.id })
    .from(environment)
    .where(and(ne(environment.id, place.id), sql`${environment.position} > ${place.position}`))
    .limit(1);
  return later === undefined;
}

/** An alias that cannot move (its version was archived meanwhile) must not stop what answers already. */
async function crown(tx: Transaction, ctx: CoreContext, model: LoadedDeployment["model"], version: number, deploymentName: string): Promise<void> {
  try {
    await moveAlias(tx, ctx, { model, alias: CHAMPION, version, reason: `It answers in ${deploymentName}.` });
  } catch (error) {
    if (!isCoreError(error)) throw error;
    ctx.log.warn({ model: model.name, version, problem: error.message }, "the alias champion could not be moved");
  }
}
