import { approval, changeRequest, type deployment, deploymentRevision, modelVersion, registeredModel, trafficMinute } from "@trellis/db/schema";
import { and, desc, eq, inArray, sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import type { Person, VersionRef } from "./change-request-rows.ts";
import type { ChangeRequestKind } from "../domain/change-request-state.ts";

export type DeploymentRevisionRow = {
  id: string;
  version: VersionRef;
  changeRequest: { id: string; number: number; kind: ChangeRequestKind; author: Person; approvers: string[] };
  commit: string;
  liveAt: Date | null;
  endedAt: Date | null;
  outcome: "live" | "replaced" | "failed" | "waiting" | "superseded";
  /** Whether one can go back to it now. */
  mayReturn: boolean;
  p95Ms: number | null;
  errorRate: number | null;
};

/** Who answered when, newest first; at most 50. */
export async function selectRevisions(ctx: CoreContext, row: typeof deployment.$inferSelect): Promise<DeploymentRevisionRow[]> {
  const rows = await ctx.db
    .select({
      revision: deploymentRevision,
      version: { id: modelVersion.id, version: modelVersion.version, status: modelVersion.status },
      model: { id: registeredModel.id, name: registeredModel.name },
      request: changeRequest,
    })
    .from(deploymentRevision)
    .innerJoin(modelVersion, eq(modelVersion.id, deploymentRevision.versionId))
    .innerJoin(registeredModel, eq(registeredModel.id, modelVersion.modelId))
    .innerJoin(changeRequest, eq(changeRequest.id, deploymentRevision.changeRequestId))
    .where(eq(deploymentRevision.deploymentId, row.id))
    .orderBy(desc(deploymentRevision.createdAt), desc(deploymentRevision.id))
    .limit(50);
  const approvers = await approversOf(
    ctx,
    rows.map(({ request }) => request.id),
  );
  const traffic = await trafficOf(
    ctx,
    row.id,
    rows.map(({ version }) => version.version),
  );
  return rows.map(({ revision, version, model, request }) => {
    const served = traffic.get(version.version);
    return {
      id: revision.id,
      version: { id: version.id, version: version.version, modelId: model.id, modelName: model.name },
      changeRequest: {
        id: request.id,
        number: request.number,
        kind: request.kind,
        author: { id: request.authorId, name: request.authorName },
        approvers: approvers.get(request.id) ?? [],
      },
      commit: revision.commit,
      liveAt: revision.liveAt,
      endedAt: revision.endedAt,
      outcome: outcomeOf(revision, request.status),
      mayReturn: row.lifecycle === "active" && revision.liveAt !== null && version.status === "ready" && version.id !== row.desiredVersionId,
      p95Ms: served?.p95Ms ?? null,
      errorRate: served?.errorRate ?? null,
    };
  });
}

function outcomeOf(revision: typeof deploymentRevision.$inferSelect, status: string): DeploymentRevisionRow["outcome"] {
  if (revision.liveAt) return revision.endedAt ? "replaced" : "live";
  if (status === "failed") return "failed";
  return status === "superseded" ? "superseded" : "waiting";
}

async function approversOf(ctx: CoreContext, requestIds: string[]): Promise<Map<string, string[]>> {
  if (requestIds.length === 0) return new Map();
  const rows = await ctx.db
    .select({ id: approval.changeRequestId, name: approval.userName })
    .from(approval)
    .where(and(inArray(approval.changeRequestId, requestIds), eq(approval.verdict, "approved")));
  return new Map([...Map.groupBy(rows, (row) => row.id)].map(([id, list]) => [id, list.map((item) => item.name)]));
}

async function trafficOf(ctx: CoreContext, deploymentId: string, versions: number[]): Promise<Map<number, { p95Ms: number | null; errorRate: number | null }>> {
  if (versions.length === 0) return new Map();
  const rows = await ctx.db
    .select({
      version: trafficMinute.version,
      requests: sql<number>`sum(${trafficMinute.requests})`.mapWith(Number),
      errors: sql<number>`sum(${trafficMinute.serverErrors})`.mapWith(Number),
      p95: sql<number>`sum(${trafficMinute.latencyP95Ms} * ${trafficMinute.requests})`.mapWith(Number),
    })
    .from(trafficMinute)
    .where(and(eq(trafficMinute.deploymentId, deploymentId), inArray(trafficMinute.version, versions)))
    .groupBy(trafficMinute.version);
  return new Map(
    rows.map((row) => [
      row.version,
      row.requests > 0 ? { p95Ms: row.p95 / row.requests, errorRate: row.errors / row.requests } : { p95Ms: null, errorRate: null },
    ]),
  );
}
