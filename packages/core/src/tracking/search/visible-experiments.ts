import { project } from "@trellis/db/schema";
import { type SQL, sql } from "drizzle-orm";
import { visibleProjects } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { defaultExperimentId } from "../experiments/default-experiment.ts";
import type { TrackingScope } from "../experiments/experiment.ts";

/** Holds for the `project` of a row when the actor may see it, and when it is the scope's where the scope is one project. */
export function projectsInScope(ctx: CoreContext, scope: TrackingScope): SQL {
  const own = scope.projectId === null ? sql`true` : sql`${project.id} = ${scope.projectId}::uuid`;
  return sql`${project.archivedAt} is null and ${own} and ${visibleProjects(ctx) ?? sql`true`}`;
}

/** Those of these experiments that the actor may see within the scope; `0` is the scope's own `Default`. */
export async function visibleExperiments(ctx: CoreContext, scope: TrackingScope, experimentIds: readonly number[]): Promise<number[]> {
  const asked = experimentIds.includes(0) ? [...experimentIds, (await defaultExperimentId(ctx, scope)) ?? 0] : experimentIds;
  const { rows } = await ctx.db.execute<{ id: number }>(sql`
    select e.id from experiment e join project on project.id = e.project_id
    where e.id = any(${sql.param(asked)}::int[]) and ${projectsInScope(ctx, scope)}
    order by e.id`);
  return rows.map(({ id }) => id);
}
