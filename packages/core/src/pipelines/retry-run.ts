import { isDeepStrictEqual } from "node:util";
import { run, step } from "@trellis/db/schema";
import { and, asc, desc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { createRun, findFiredRun, type StartedRun } from "./create-run.ts";
import type { Stage } from "./domain/pipeline-spec.ts";
import { planResume, type RetryStep } from "./domain/run-plan.ts";
import { isRunEnded, isStepGood } from "./domain/run-state.ts";
import { currentPipeline } from "./project-spec.ts";
import { requireRun } from "./require-run-row.ts";
import { repeatedVersion } from "./reproduce-version.ts";
import { readRunSources } from "./run-sources.ts";
import { noCacheInput, requireParameters, requireSteps } from "./start-run.ts";

export const planRetryInput = z.object({ runId: z.uuid() });
export const retryRunInput = planRetryInput;

/** What `retryRun` would do, step by step, with the reason; nothing is changed. */
export async function planRetry(ctx: CoreContext, input: z.input<typeof planRetryInput>): Promise<{ runId: string; number: number; steps: RetryStep[] }> {
  const { run: earlier, plan } = await planOf(ctx, input.runId, "project.read");
  return { runId: earlier.id, number: earlier.number, steps: plan };
}

/**
 * Makes a new run that resumes an ended one: same commit, same parameters; steps that succeeded are reused (`cached`), the
 * rest runs. While a retry of the run is under way, that one is the answer. CONFLICT when there is nothing to retry.
 */
export async function retryRun(ctx: CoreContext, input: z.input<typeof retryRunInput>): Promise<StartedRun> {
  const { run: earlier, project, spec, steps, plan } = await planOf(ctx, input.runId, "project.write");
  const retries = await ctx.db
    .select({ runId: run.id, number: run.number, status: run.status })
    .from(run)
    .where(and(eq(run.retryOf, earlier.id), isNull(run.onlyStep)))
    .orderBy(desc(run.number))
    .limit(200);
  const live = retries.find((retry) => !isRunEnded(retry.status));
  if (live) return { ...live, created: false };
  const pipeline = { name: earlier.pipelineName, versionId: earlier.pipelineVersionId, spec, commit: earlier.commit };
  const reused = new Set(plan.filter((planned) => planned.action === "reuse").map((planned) => planned.key));
  return createRun(ctx, {
    project,
    pipeline,
    parameters: earlier.parameters,
    sources: await readRunSources(ctx, project, earlier.commit, spec),
    trigger: {
      kind: "retry",
      // Two clicks at once count the same earlier retries, so they have one key and make one run.
      key: `retry:${earlier.id}:${retries.length + 1}`,
      cause: {
        // What repeats a version goes on repeating it.
        ...(repeatedVersion(earlier.cause) ? earlier.cause : {}),
        runId: earlier.id,
        runNumber: earlier.number,
        originalKind: earlier.triggerKind === "retry" ? (earlier.cause["originalKind"] ?? "manual") : earlier.triggerKind,
        summary: `continues run ${earlier.number}`,
      },
    },
    retryOf: earlier.id,
    reuse: new Map(steps.filter((row) => reused.has(row.key)).map((row) => [row.key, row.reusedFrom ?? row.id])),
  });
}

async function planOf(ctx: CoreContext, runId: string, permission: "project.read" | "project.write") {
  const found = await requireRun(ctx, runId, permission);
  const name = `Run ${found.run.number} of ${found.project.slug}`;
  if (!isRunEnded(found.run.status)) throw new CoreError("CONFLICT", `${name} is still ${found.run.status}. Cancel it or wait for its end.`);
  if (found.run.onlyStep) throw new CoreError("CONFLICT", `${name} ran only the step ${found.run.onlyStep}; run that step again instead.`);
  if (found.run.status === "succeeded") throw new CoreError("CONFLICT", `${name} succeeded; there is nothing to retry. Use "run again" to repeat it.`);
  const steps = await ctx.db.select().from(step).where(eq(step.runId, runId)).orderBy(asc(step.position));
  const refused = steps.every((row) => isStepGood(row.status)) ? (found.spec.register?.from ?? null) : null;
  const plan = planResume(
    steps.map((row) => ({ key: row.key, needs: row.needs, status: row.status, stage: row.stage as Stage })),
    { refusedModelOf: refused },
  );
  return { ...found, steps, plan };
}

export const rerunRunInput = z.object({
  runId: z.uuid(),
  /** Laid over the parameters of that run. */
  parameters: z.record(z.string(), z.unknown()).default({}),
  /** The commit of that run, or the newest that the project has registered. */
  code: z.enum(["same", "latest"]).default("same"),
  /** As for a new run; left out, a run that would repeat every step does not use the cache: else it would do nothing. */
  noCache: noCacheInput.removeDefault().optional(),
  key: z.string().min(1).max(200).optional(),
});

/** A new run like an earlier one, with other parameters or newer code. */
export async function rerunRun(ctx: CoreContext, input: z.input<typeof rerunRunInput>): Promise<StartedRun> {
  const parsed = rerunRunInput.parse(input);
  const { run: earlier, project, spec } = await requireRun(ctx, parsed.runId, "project.write");
  const key = `manual:${parsed.key ?? ctx.newId()}`;
  const fired = await findFiredRun(ctx.db, project, earlier.pipelineName, key);
  if (fired) return fired;
  const pipeline =
    parsed.code === "latest"
      ? await currentPipeline(ctx, project, earlier.pipelineName)
      : { name: earlier.pipelineName, versionId: earlier.pipelineVersionId, spec, commit: earlier.commit };
  // A parameter that newer code has dropped is left behind; one that the caller gives must exist.
  const kept = Object.fromEntries(Object.entries(earlier.parameters).filter(([name]) => Object.hasOwn(pipeline.spec.parameters, name)));
  const parameters = requireParameters(pipeline.spec.parameters, { ...kept, ...parsed.parameters });
  const isRepeat = pipeline.commit === earlier.commit && isDeepStrictEqual(parameters, earlier.parameters);
  const noCache = parsed.noCache ?? isRepeat;
  requireSteps(pipeline.spec, noCache, "noCache");
  return createRun(ctx, {
    project,
    pipeline,
    parameters,
    noCache,
    sources: await readRunSources(ctx, project, pipeline.commit, pipeline.spec),
    trigger: { kind: "manual", key, cause: { runId: earlier.id, runNumber: earlier.number, summary: `repeats run ${earlier.number}` } },
  });
}
