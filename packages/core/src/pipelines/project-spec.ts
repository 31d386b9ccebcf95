import { pipeline, pipelineVersion, projectSpec as projectSpecTable } from "@trellis/db/schema";
import { and, desc, eq, isNull } from "drizzle-orm";
import { type Project, requireProject } from "../catalog/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError, notFound } from "../kernel/errors.ts";
import { type PipelineSpec, type ProjectSpec, RETRY_DEFAULTS, STEP_DEFAULTS } from "./domain/pipeline-spec.ts";

export type SpecProblem = NonNullable<typeof projectSpecTable.$inferSelect.problem>;

/** What a project's `trellis.yaml` says at its newest good commit, and what was wrong with a later one. */
export async function projectSpec(
  ctx: CoreContext,
  input: { project: string },
): Promise<{ commit: string | null; spec: ProjectSpec | null; problem: SpecProblem | null }> {
  const project = await requireProject(ctx, input.project);
  return readProjectSpec(ctx, project.id);
}

/** The same without asking who reads; for verbs that have authorized. */
export async function readProjectSpec(
  ctx: CoreContext,
  projectId: string,
): Promise<{ commit: string | null; spec: ProjectSpec | null; problem: SpecProblem | null }> {
  const [row] = await ctx.db.select().from(projectSpecTable).where(eq(projectSpecTable.projectId, projectId));
  return { commit: row?.commit ?? null, spec: row ? asProjectSpec(row.spec) : null, problem: row?.problem ?? null };
}

export type CurrentPipeline = { name: string; versionId: string; spec: PipelineSpec; commit: string };

/** The version of a pipeline that a new run pins, and the commit that it runs. Says why when there is none. */
export async function currentPipeline(ctx: CoreContext, project: Project, name: string): Promise<CurrentPipeline> {
  const { commit, problem } = await readProjectSpec(ctx, project.id);
  if (!commit) {
    const why = problem ? `Its trellis.yaml was refused: ${problem.message}` : "Push a trellis.yaml to the main branch of its repository.";
    throw new CoreError("PRECONDITION_FAILED", `Project ${project.slug} has no pipelines yet. ${why}`, { issues: problem?.issues });
  }
  const [row] = await ctx.db
    .select({ versionId: pipelineVersion.id, spec: pipelineVersion.spec })
    .from(pipeline)
    .innerJoin(pipelineVersion, eq(pipelineVersion.pipelineId, pipeline.id))
    .where(and(eq(pipeline.projectId, project.id), eq(pipeline.name, name), isNull(pipeline.removedAt)))
    .orderBy(desc(pipelineVersion.number))
    .limit(1);
  if (!row) throw notFound("Pipeline", `${name} of project ${project.slug}`);
  return { name, versionId: row.versionId, spec: asPipelineSpec(row.spec), commit };
}

/** The column holds what `registerPipelines` wrote, which is a checked spec; what an earlier release did not know has its default. */
export function asPipelineSpec(stored: unknown): PipelineSpec {
  const spec = stored as PipelineSpec;
  return {
    ...spec,
    concurrency: spec.concurrency ?? null,
    priority: spec.priority ?? 0,
    steps: spec.steps.map((step) => ({ ...STEP_DEFAULTS, ...step, retries: { ...RETRY_DEFAULTS, ...step.retries } })),
  };
}

function asProjectSpec(stored: unknown): ProjectSpec | null {
  return stored as ProjectSpec | null;
}
