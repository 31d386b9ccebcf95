import { experiment, trackedRun } from "@trellis/db/schema";
import { eq, inArray } from "drizzle-orm";
import { authorize, type Permission } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError, notFound } from "../../kernel/errors.ts";

/** The projects of these tracked runs by run, if the actor may do this with each; NOT_FOUND names the first that is not there or hidden. */
export async function requireTrackedRuns(ctx: CoreContext, runIds: readonly string[], permission: Permission = "project.read"): Promise<Map<string, string>> {
  const rows = await ctx.db
    .select({ id: trackedRun.id, projectId: experiment.projectId })
    .from(trackedRun)
    .innerJoin(experiment, eq(experiment.id, trackedRun.experimentId))
    .where(inArray(trackedRun.id, [...runIds]));
  const projects = new Map(rows.map((row) => [row.id, row.projectId]));
  const missing = runIds.find((runId) => !projects.has(runId));
  if (missing !== undefined) throw notFound("Run", missing);
  for (const projectId of new Set(projects.values()))
    await authorize(ctx, permission, { projectId }).catch((error: unknown) => {
      throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Run", runIds.find((runId) => projects.get(runId) === projectId) ?? "") : error;
    });
  return projects;
}
