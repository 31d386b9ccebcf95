import { step } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { createRun, findFiredRun, type StartedRun } from "./create-run.ts";
import { isStepGood } from "./domain/run-state.ts";
import { currentPipeline } from "./project-spec.ts";
import { requireRun } from "./require-run-row.ts";
import { readRunSources } from "./run-sources.ts";
import { requireParameters, requireSteps } from "./start-run.ts";

export const runStepAloneInput = z.object({
  runId: z.uuid(),
  step: z.string().max(63),
  /** Laid over the parameters of that run. */
  parameters: z.record(z.string(), z.unknown()).default({}),
  /** The commit of that run, or the newest that the project has registered: to try a change of one step. */
  code: z.enum(["same", "latest"]).default("same"),
  key: z.string().min(1).max(200).optional(),
});

/**
 * Runs one step again on what the steps before it left in an earlier run, and nothing else; it registers no model. CONFLICT
 * when a step that it needs has no results there.
 */
export async function runStepAlone(ctx: CoreContext, input: z.input<typeof runStepAloneInput>): Promise<StartedRun> {
  const parsed = runStepAloneInput.parse(input);
  const { run: earlier, project, spec } = await requireRun(ctx, parsed.runId, "project.write");
  const key = `manual:${parsed.key ?? ctx.newId()}`;
  const fired = await findFiredRun(ctx.db, project, earlier.pipelineName, key);
  if (fired) return fired;
  const pipeline =
    parsed.code === "latest"
      ? await currentPipeline(ctx, project, earlier.pipelineName)
      : { name: earlier.pipelineName, versionId: earlier.pipelineVersionId, spec, commit: earlier.commit };
  requireSteps(pipeline.spec, [parsed.step], "step");
  const needs = pipeline.spec.steps.find((one) => one.key === parsed.step)?.needs ?? [];
  const rows = await ctx.db
    .select({ id: step.id, key: step.key, status: step.status, reusedFrom: step.reusedFrom })
    .from(step)
    .where(eq(step.runId, earlier.id));
  const reuse = new Map<string, string>();
  for (const need of needs) {
    const row = rows.find((one) => one.key === need);
    if (!row || !isStepGood(row.status))
      throw new CoreError(
        "CONFLICT",
        `${parsed.step} needs ${need}, which has no results in run ${earlier.number} of ${project.slug}. Choose a run in which it succeeded.`,
      );
    reuse.set(need, row.reusedFrom ?? row.id);
  }
  const kept = Object.fromEntries(Object.entries(earlier.parameters).filter(([name]) => Object.hasOwn(pipeline.spec.parameters, name)));
  return createRun(ctx, {
    project,
    pipeline,
    parameters: requireParameters(pipeline.spec.parameters, { ...kept, ...parsed.parameters }),
    sources: await readRunSources(ctx, project, pipeline.commit, pipeline.spec),
    trigger: {
      kind: "manual",
      key,
      cause: { runId: earlier.id, runNumber: earlier.number, step: parsed.step, summary: `only ${parsed.step}, on results of run ${earlier.number}` },
    },
    retryOf: earlier.id,
    reuse,
    onlyStep: parsed.step,
  });
}
