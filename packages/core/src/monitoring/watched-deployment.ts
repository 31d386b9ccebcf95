import { deployment, environment, modelVersion, project, registeredModel } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { requireProject } from "../catalog/index.ts";
import type { Permission } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { isCoreError, notFound } from "../kernel/errors.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A deployment with what monitoring needs to know around it. */
export type WatchedDeployment = {
  id: string;
  name: string;
  lifecycle: "active" | "removed";
  environment: string;
  project: { id: string; slug: string; title: string };
  model: { id: string; name: string };
  liveVersion: { id: string; version: number } | null;
};

/** The columns of a `WatchedDeployment`; for queries over several tables. */
export const WATCHED_COLUMNS = {
  id: deployment.id,
  name: deployment.name,
  lifecycle: deployment.lifecycle,
  environment: environment.name,
  project: { id: project.id, slug: project.slug, title: project.title },
  model: { id: registeredModel.id, name: registeredModel.name },
  liveVersionId: deployment.liveVersionId,
  liveVersionNumber: modelVersion.version,
};

type WatchedRow = Omit<WatchedDeployment, "liveVersion"> & { liveVersionId: string | null; liveVersionNumber: number | null };

/** Puts the two columns of the live version together. */
export function toWatched({ liveVersionId, liveVersionNumber, ...row }: WatchedRow): WatchedDeployment {
  return { ...row, liveVersion: liveVersionId && liveVersionNumber !== null ? { id: liveVersionId, version: liveVersionNumber } : null };
}

/** The deployment, or null; not scoped: for the platform's own work. */
export async function findWatched(ctx: CoreContext, idOrName: string): Promise<WatchedDeployment | null> {
  const [row] = await ctx.db
    .select(WATCHED_COLUMNS)
    .from(deployment)
    .innerJoin(environment, eq(environment.id, deployment.environmentId))
    .innerJoin(project, eq(project.id, deployment.projectId))
    .innerJoin(registeredModel, eq(registeredModel.id, deployment.modelId))
    .leftJoin(modelVersion, eq(modelVersion.id, deployment.liveVersionId))
    .where(UUID.test(idOrName) ? eq(deployment.id, idOrName) : eq(deployment.name, idOrName));
  return row ? toWatched(row) : null;
}

/** The deployment, if the actor may do this in its project; NOT_FOUND when it is not there or hidden. */
export async function requireWatched(ctx: CoreContext, idOrName: string, permission: Permission = "project.read"): Promise<WatchedDeployment> {
  const found = await findWatched(ctx, idOrName);
  if (!found) throw notFound("Deployment", idOrName);
  await requireProject(ctx, found.project.id, permission).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Deployment", idOrName) : error;
  });
  return found;
}
