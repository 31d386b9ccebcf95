import { run } from "@trellis/db/schema";
import { inArray } from "drizzle-orm";
import { authorize, type Permission } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { isCoreError, notFound } from "../kernel/errors.ts";

/** The projects of these runs, if the actor may do this with each of them; NOT_FOUND names the first that is not there or hidden. */
export async function requireRunProjects(ctx: CoreContext, runIds: string[], permission: Permission = "project.read"): Promise<Map<string, string>> {
  const rows = await ctx.db.select({ id: run.id, projectId: run.projectId }).from(run).where(inArray(run.id, runIds));
  const projects = new Map(rows.map((row) => [row.id, row.projectId]));
  const missing = runIds.find((runId) => !projects.has(runId));
  if (missing) throw notFound("Run", missing);
  for (const projectId of new Set(projects.values())) {
    await authorize(ctx, permission, { projectId }).catch((error: unknown) => {
      throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Run", runIds.find((runId) => projects.get(runId) === projectId) ?? "") : error;
    });
  }
  return projects;
}
