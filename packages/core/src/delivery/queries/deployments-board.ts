import { deployment, environment, modelVersion, project, registeredModel, user } from "@trellis/db/schema";
import { and, asc, eq, exists, gt, ilike, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { requireProject } from "../../catalog/index.ts";
import { SourceHostCapability } from "../../catalog/ports.ts";
import { authorize, visibleProjects } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import type { EnvironmentRef, ProjectRef, VersionRef } from "./change-request-rows.ts";
import { type DeploymentCard, selectDeploymentCards } from "./deployment-cards.ts";
import { ENVIRONMENTS_BRANCH, ENVIRONMENTS_REPOSITORY } from "../environments-repository.ts";

export const deploymentsBoardInput = z.object({
  /** Id or name. */
  project: z.string().max(200).optional(),
  search: z.string().trim().max(100).optional(),
  /** With a project: also its models that are deployed nowhere. */
  withUndeployed: z.boolean().default(false),
  cursor: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(100).default(50),
});

export type BoardRow = {
  model: { id: string; name: string };
  project: ProjectRef;
  owner: string | null;
  latest: VersionRef | null;
  cells: Record<string, DeploymentCard | null>;
};

export type DeploymentsBoard = {
  environments: (EnvironmentRef & { deployments: number })[];
  items: BoardRow[];
  counts: { total: number; degraded: number; outOfSync: number; progressing: number; held: number };
  /** What the reconciler reads. */
  head: { commit: string; at: Date } | null;
  nextCursor: string | null;
};

/** Models by environments: what answers where, and how it does. Models by name, page by page. */
export async function deploymentsBoard(ctx: CoreContext, input: z.input<typeof deploymentsBoardInput> = {}): Promise<DeploymentsBoard> {
  await authorize(ctx, "project.list");
  const query = deploymentsBoardInput.parse(input);
  const projectId = query.project === undefined ? undefined : (await requireProject(ctx, query.project)).id;
  const models = await selectModels(ctx, query, projectId);
  const page = models.slice(0, query.limit);
  const ids = page.map((row) => row.model.id);
  const cards = ids.length > 0 ? await selectDeploymentCards(ctx, and(inArray(deployment.modelId, ids), eq(deployment.lifecycle, "active")), 1_000) : [];
  const environments = await ctx.db.select().from(environment).orderBy(asc(environment.position), asc(environment.name)).limit(50);
  const counted = await countDeployments(ctx, projectId);
  return {
    environments: environments.map(({ id, name, position, approvalsRequired }) => ({
      id,
      name,
      position,
      approvalsRequired,
      deployments: counted.byEnvironment.get(id) ?? 0,
    })),
    items: page.map((row) => ({
      ...row,
      cells: Object.fromEntries(
        environments.map((place) => [place.name, cards.find(({ model, card }) => model.id === row.model.id && card.environment === place.name)?.card ?? null]),
      ),
    })),
    counts: counted.counts,
    head: await headOf(ctx),
    nextCursor: models.length > query.limit ? (page.at(-1)?.model.name ?? null) : null,
  };
}

async function selectModels(
  ctx: CoreContext,
  query: z.output<typeof deploymentsBoardInput>,
  projectId: string | undefined,
): Promise<Omit<BoardRow, "cells">[]> {
  const pattern = query.search ? `%${query.search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%` : null;
  const isDeployed = exists(
    ctx.db
      .select({ one: sql`1` })
      .from(deployment)
      .where(and(eq(deployment.modelId, registeredModel.id), eq(deployment.lifecycle, "active"))),
  );
  const conditions: (SQL | undefined)[] = [
    isNull(project.archivedAt),
    visibleProjects(ctx),
    query.withUndeployed ? undefined : isDeployed,
    projectId ? eq(registeredModel.projectId, projectId) : undefined,
    pattern ? or(ilike(registeredModel.name, pattern), ilike(project.slug, pattern), ilike(project.title, pattern)) : undefined,
    query.cursor ? gt(registeredModel.name, query.cursor) : undefined,
  ];
  const rows = await ctx.db
    .select({
      model: { id: registeredModel.id, name: registeredModel.name },
      project: { id: project.id, slug: project.slug, title: project.title },
      owner: user.name,
      latest: { id: modelVersion.id, version: modelVersion.version },
    })
    .from(registeredModel)
    .innerJoin(project, eq(project.id, registeredModel.projectId))
    .leftJoin(user, eq(user.id, project.createdBy))
    .leftJoin(modelVersion, and(eq(modelVersion.modelId, registeredModel.id), eq(modelVersion.version, registeredModel.lastVersion)))
    .where(and(...conditions))
    .orderBy(asc(registeredModel.name))
    .limit(query.limit + 1);
  return rows.map((row) => ({ ...row, latest: row.latest ? { ...row.latest, modelId: row.model.id, modelName: row.model.name } : null }));
}

async function countDeployments(ctx: CoreContext, projectId: string | undefined) {
  const rows = await ctx.db
    .select({
      environmentId: deployment.environmentId,
      total: sql<number>`count(*)::int`,
      degraded: sql<number>`count(*) filter (where ${deployment.health} = 'degraded')::int`,
      outOfSync: sql<number>`count(*) filter (where ${deployment.sync} <> 'synced')::int`,
      progressing: sql<number>`count(*) filter (where ${deployment.health} = 'progressing')::int`,
      held: sql<number>`count(*) filter (where ${deployment.held})::int`,
    })
    .from(deployment)
    .innerJoin(project, eq(project.id, deployment.projectId))
    .where(
      and(eq(deployment.lifecycle, "active"), isNull(project.archivedAt), visibleProjects(ctx), projectId ? eq(deployment.projectId, projectId) : undefined),
    )
    .groupBy(deployment.environmentId);
  const counts = { total: 0, degraded: 0, outOfSync: 0, progressing: 0, held: 0 };
  for (const row of rows) for (const key of ["total", "degraded", "outOfSync", "progressing", "held"] as const) counts[key] += row[key];
  return { counts, byEnvironment: new Map(rows.map((row) => [row.environmentId, row.total])) };
}

async function headOf(ctx: CoreContext): Promise<DeploymentsBoard["head"]> {
  try {
    const head = await ctx.resolve(SourceHostCapability).head(ENVIRONMENTS_REPOSITORY, ENVIRONMENTS_BRANCH);
    return head ? { commit: head.commit, at: head.at } : null;
  } catch (error) {
    // A page of what runs must not depend on git being reachable.
    if (isCoreError(error)) return null;
    throw error;
  }
}
