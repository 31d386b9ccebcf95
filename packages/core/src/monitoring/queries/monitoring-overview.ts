import { deployment, environment, modelVersion, project, registeredModel } from "@trellis/db/schema";
import { and, asc, eq, gt, isNull } from "drizzle-orm";
import { z } from "zod";
import { authorize, visibleProjects } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { toWatched, WATCHED_COLUMNS } from "../watched-deployment.ts";
import { type MonitorOverview, monitorStates } from "./monitor-states.ts";

export const monitoringOverviewInput = z.object({
  state: z.enum(["no_traffic", "waiting", "insufficient", "stable", "drifted"]).optional(),
  projectId: z.uuid().optional(),
  cursor: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(100).default(50),
});

/** Deployments read for one page when a state is asked for, which only shows once they are judged. */
const STATE_SCAN = 500;

/** How every deployment that the actor may see stands, by name, page by page. */
export async function monitoringOverview(
  ctx: CoreContext,
  input: z.input<typeof monitoringOverviewInput> = {},
): Promise<{ items: MonitorOverview[]; nextCursor: string | null }> {
  await authorize(ctx, "project.list");
  const { state, projectId, cursor, limit } = monitoringOverviewInput.parse(input);
  const read = state ? STATE_SCAN : limit;
  const rows = await ctx.db
    .select(WATCHED_COLUMNS)
    .from(deployment)
    .innerJoin(environment, eq(environment.id, deployment.environmentId))
    .innerJoin(project, eq(project.id, deployment.projectId))
    .innerJoin(registeredModel, eq(registeredModel.id, deployment.modelId))
    .leftJoin(modelVersion, eq(modelVersion.id, deployment.liveVersionId))
    .where(
      and(
        eq(deployment.lifecycle, "active"),
        isNull(project.archivedAt),
        visibleProjects(ctx),
        projectId ? eq(deployment.projectId, projectId) : undefined,
        cursor ? gt(deployment.name, cursor) : undefined,
      ),
    )
    .orderBy(asc(deployment.name))
    .limit(read + 1);
  const all = await monitorStates(ctx, rows.slice(0, read).map(toWatched));
  const matching = state ? all.filter((item) => item.state === state) : all;
  const items = matching.slice(0, limit);
  const hasMore = rows.length > read || matching.length > limit;
  // With a state, a short page may end before the last row that was read; then the next one begins after that row.
  const last = matching.length > limit ? items.at(-1)?.deploymentName : rows[Math.min(rows.length, read) - 1]?.name;
  return { items, nextCursor: hasMore ? (last ?? null) : null };
}
