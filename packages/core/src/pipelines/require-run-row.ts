import { pipelineVersion, run } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { type Project, requireProject } from "../catalog/index.ts";
import type { Permission } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { isCoreError, notFound } from "../kernel/errors.ts";
import type { PipelineSpec } from "./domain/pipeline-spec.ts";
import { asPipelineSpec } from "./project-spec.ts";

export type Run = typeof run.$inferSelect;

/** A run with its project and pinned pipeline, if the actor may do this; NOT_FOUND when it is not there or hidden. */
export async function requireRun(
  ctx: CoreContext,
  runId: string,
  permission: Permission = "project.read",
): Promise<{ run: Run; project: Project; spec: PipelineSpec; versionNumber: number }> {
  const [row] = await ctx.db
    .select({ run, spec: pipelineVersion.spec, versionNumber: pipelineVersion.number })
    .from(run)
    .innerJoin(pipelineVersion, eq(pipelineVersion.id, run.pipelineVersionId))
    .where(eq(run.id, runId));
  if (!row) throw notFound("Run", runId);
  const project = await requireProject(ctx, row.run.projectId, permission).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Run", runId) : error;
  });
  return { run: row.run, project, spec: asPipelineSpec(row.spec), versionNumber: row.versionNumber };
}
