import { changeRequest, deployment, environment, modelVersion, project, registeredModel } from "@trellis/db/schema";
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { CoreContext } from "../../kernel/context.ts";
import { type LiveNumbers, liveNumbers } from "../../serving/index.ts";
import type { EnvironmentRef, ProjectRef, VersionRef } from "./change-request-rows.ts";
import type { ChangeRequestStatus } from "../domain/change-request-state.ts";

export type DeploymentCard = {
  id: string;
  name: string;
  environment: string;
  lifecycle: "active" | "removed";
  sync: "synced" | "out_of_sync" | "unknown";
  health: "healthy" | "progressing" | "degraded" | "missing";
  message: string;
  held: boolean;
  live: VersionRef | null;
  liveSince: Date | null;
  desired: VersionRef | null;
  openRequest: { number: number; status: ChangeRequestStatus; version: number | null } | null;
  numbers: LiveNumbers;
};

export type DeploymentCardRow = {
  card: DeploymentCard;
  project: ProjectRef;
  environment: EnvironmentRef;
  model: { id: string; name: string };
  createdAt: Date;
  desiredCommit: string | null;
};

const live = alias(modelVersion, "live");
const desired = alias(modelVersion, "desired");

/** Cards of the deployments that meet a condition, in three queries whatever their number. */
export async function selectDeploymentCards(ctx: CoreContext, condition: SQL | undefined, limit: number): Promise<DeploymentCardRow[]> {
  const rows = await ctx.db
    .select({
      row: deployment,
      project: { id: project.id, slug: project.slug, title: project.title },
      environment: { id: environment.id, name: environment.name, position: environment.position, approvalsRequired: environment.approvalsRequired },
      model: { id: registeredModel.id, name: registeredModel.name },
      live: { id: live.id, version: live.version },
      desired: { id: desired.id, version: desired.version },
    })
    .from(deployment)
    .innerJoin(project, eq(project.id, deployment.projectId))
    .innerJoin(environment, eq(environment.id, deployment.environmentId))
    .innerJoin(registeredModel, eq(registeredModel.id, deployment.modelId))
    .leftJoin(live, eq(live.id, deployment.liveVersionId))
    .leftJoin(desired, eq(desired.id, deployment.desiredVersionId))
    .where(condition)
    .orderBy(deployment.name)
    .limit(limit);
  const numbers = await liveNumbers(ctx, { deploymentIds: rows.map(({ row }) => row.id) });
  const requests = await pendingRequests(
    ctx,
    rows.map(({ row }) => row.name),
  );
  return rows.map(({ row, model, ...place }) => {
    const ref = (version: { id: string; version: number } | null): VersionRef | null =>
      version ? { ...version, modelId: model.id, modelName: model.name } : null;
    const { id, name, lifecycle, sync, health, message, held, liveSince } = row;
    const card: DeploymentCard = {
      ...{ id, name, lifecycle, sync, health, message, held, liveSince },
      environment: place.environment.name,
      live: ref(place.live),
      desired: ref(place.desired),
      openRequest: requests.get(name) ?? null,
      numbers: numbers.get(id) ?? NOTHING,
    };
    return { card, project: place.project, environment: place.environment, model, createdAt: row.createdAt, desiredCommit: row.desiredCommit };
  });
}

/** The newest request of each deployment that is not at its end. */
async function pendingRequests(ctx: CoreContext, names: string[]): Promise<Map<string, NonNullable<DeploymentCard["openRequest"]>>> {
  if (names.length === 0) return new Map();
  const rows = await ctx.db
    .select({ name: changeRequest.deploymentName, number: changeRequest.number, status: changeRequest.status, version: modelVersion.version })
    .from(changeRequest)
    .leftJoin(modelVersion, eq(modelVersion.id, changeRequest.versionId))
    .where(and(inArray(changeRequest.deploymentName, names), inArray(changeRequest.status, ["open", "approved", "committed"])))
    .orderBy(sql`${changeRequest.number} asc`)
    .limit(500);
  return new Map(rows.map(({ name, ...request }) => [name, request]));
}

const NOTHING: LiveNumbers = {
  requests: 0,
  requestsPerSecond: 0,
  p95Ms: null,
  errorRate: null,
  clientErrors: 0,
  rows: 0,
  dropped: 0,
  lastRequestAt: null,
  spark: Array.from({ length: 60 }, () => 0),
};
