import { changeRequest, deployment, deploymentEvent, deploymentRevision, environment, project } from "@trellis/db/schema";
import { and, asc, desc, eq, inArray, isNull, lt } from "drizzle-orm";
import { z } from "zod";
import { requireProject } from "../../catalog/index.ts";
import { authorize, visibleProjects } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { requireModelVersion } from "../../registry/index.ts";
import type { EnvironmentRef, ProjectRef } from "./change-request-rows.ts";
import { type BoardRow, deploymentsBoard } from "./deployments-board.ts";
import type { ChangeRequestStatus } from "../domain/change-request-state.ts";

export const recentDeploymentEventsInput = z.object({
  /** Id or name. */
  project: z.string().max(200).optional(),
  /** Only events before this number. */
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export type DeploymentEventRow = {
  seq: number;
  at: Date;
  kind: string;
  message: string;
  deployment: { id: string; name: string };
  environment: string;
  project: ProjectRef;
  changeRequest: { number: number } | null;
  commit: string | null;
};

/** What happened to deployments that the actor may see, newest first. */
export async function recentDeploymentEvents(ctx: CoreContext, input: z.input<typeof recentDeploymentEventsInput> = {}): Promise<DeploymentEventRow[]> {
  await authorize(ctx, "project.list");
  const query = recentDeploymentEventsInput.parse(input);
  const projectId = query.project === undefined ? undefined : (await requireProject(ctx, query.project)).id;
  const rows = await ctx.db
    .select({
      event: deploymentEvent,
      deployment: { id: deployment.id, name: deployment.name },
      environment: environment.name,
      project: { id: project.id, slug: project.slug, title: project.title },
      commit: changeRequest.commit,
    })
    .from(deploymentEvent)
    .innerJoin(deployment, eq(deployment.id, deploymentEvent.deploymentId))
    .innerJoin(environment, eq(environment.id, deployment.environmentId))
    .innerJoin(project, eq(project.id, deployment.projectId))
    .leftJoin(changeRequest, eq(changeRequest.number, deploymentEvent.changeRequestNumber))
    .where(
      and(
        isNull(project.archivedAt),
        visibleProjects(ctx),
        projectId ? eq(project.id, projectId) : undefined,
        query.before ? lt(deploymentEvent.seq, query.before) : undefined,
      ),
    )
    .orderBy(desc(deploymentEvent.seq))
    .limit(query.limit);
  return rows.map(({ event, ...row }) => ({
    ...row,
    seq: event.seq,
    at: event.at,
    kind: event.kind,
    message: event.message,
    changeRequest: event.changeRequestNumber === null ? null : { number: event.changeRequestNumber },
  }));
}

export const versionDeploymentsInput = z.object({ versionId: z.uuid() });

export type VersionDeployment = {
  deployment: { id: string; name: string } | null;
  deploymentName: string;
  environment: string;
  state: "live" | "was_live" | "asked";
  since: Date | null;
  changeRequest: { number: number; status: ChangeRequestStatus } | null;
};

/** Where a version answers, answered, or was asked for: the newest request of each deployment. */
export async function versionDeployments(ctx: CoreContext, input: z.input<typeof versionDeploymentsInput>): Promise<VersionDeployment[]> {
  const { versionId } = versionDeploymentsInput.parse(input);
  await requireModelVersion(ctx, { versionId });
  const rows = await ctx.db
    .select({
      request: changeRequest,
      environment,
      deployment: { id: deployment.id, name: deployment.name, liveVersionId: deployment.liveVersionId, liveSince: deployment.liveSince },
      liveAt: deploymentRevision.liveAt,
    })
    .from(changeRequest)
    .innerJoin(environment, eq(environment.id, changeRequest.environmentId))
    .leftJoin(deployment, and(eq(deployment.name, changeRequest.deploymentName), eq(deployment.lifecycle, "active")))
    .leftJoin(deploymentRevision, eq(deploymentRevision.changeRequestId, changeRequest.id))
    .where(and(eq(changeRequest.versionId, versionId), inArray(changeRequest.status, ["open", "approved", "committed", "applied", "failed"])))
    .orderBy(asc(environment.position), desc(changeRequest.number))
    .limit(100);
  const seen = new Set<string>();
  return rows.flatMap((row): VersionDeployment[] => {
    if (seen.has(row.request.deploymentName)) return [];
    seen.add(row.request.deploymentName);
    const isLive = row.deployment?.liveVersionId === versionId;
    return [
      {
        deployment: row.deployment ? { id: row.deployment.id, name: row.deployment.name } : null,
        deploymentName: row.request.deploymentName,
        environment: row.environment.name,
        state: isLive ? "live" : row.liveAt ? "was_live" : "asked",
        since: isLive ? (row.deployment?.liveSince ?? null) : (row.liveAt ?? row.request.createdAt),
        changeRequest: { number: row.request.number, status: row.request.status },
      },
    ];
  });
}

export const projectPromotionInput = z.object({ project: z.string().max(200) });

/** The path of promotion of a project: its models by environments, also those that are deployed nowhere yet. */
export async function projectPromotion(
  ctx: CoreContext,
  input: z.input<typeof projectPromotionInput>,
): Promise<{ environments: EnvironmentRef[]; models: Omit<BoardRow, "project" | "owner">[] }> {
  const query = projectPromotionInput.parse(input);
  const board = await deploymentsBoard(ctx, { project: query.project, withUndeployed: true, limit: 100 });
  return {
    environments: board.environments.map(({ deployments: _deployments, ...place }) => place),
    models: board.items.map(({ project: _project, owner: _owner, ...row }) => row),
  };
}
