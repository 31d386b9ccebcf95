import { z } from "zod";
import { requireProject } from "../catalog/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { createRun, findFiredRun, type RunTrigger, type StartedRun } from "./create-run.ts";
import { checkParameters } from "./domain/parameters.ts";
import type { ParameterSpec, ParameterValue, PipelineSpec } from "./domain/pipeline-spec.ts";
import { currentPipeline } from "./project-spec.ts";
import { readRunSources } from "./run-sources.ts";

/** Steps that run even if a result of equal content is there; true = all. */
export const noCacheInput = z.union([z.boolean(), z.array(z.string().max(63)).max(200)]).default(false);

export const startRunInput = z.object({
  /** Id or slug. */
  project: z.string(),
  pipeline: z.string(),
  parameters: z.record(z.string(), z.unknown()).default({}),
  noCache: noCacheInput,
  /** Makes the request safe to repeat: the same key gives the same run. */
  key: z.string().min(1).max(200).optional(),
});

/** What platform code adds when it starts a run. */
type RunOrigin = { trigger?: RunTrigger; /** Runs this commit, in place of the newest registered one. */ commit?: string | undefined };

/**
 * Starts a run of the pipeline's current version at the commit that declares it. With a trigger (platform code) the natural
 * key of the firing makes it happen once. INVALID names every bad parameter, or what the commit lacks.
 */
export async function startRun(ctx: CoreContext, input: z.input<typeof startRunInput> & RunOrigin): Promise<StartedRun> {
  const parsed = startRunInput.parse(input);
  const project = await requireProject(ctx, parsed.project, "project.write");
  const trigger: RunTrigger = input.trigger ?? { kind: "manual", key: `manual:${parsed.key ?? ctx.newId()}` };
  const fired = await findFiredRun(ctx.db, project, parsed.pipeline, trigger.key);
  if (fired) return fired;
  const current = await currentPipeline(ctx, project, parsed.pipeline);
  const pipeline = input.commit === undefined ? current : { ...current, commit: input.commit };
  const parameters = requireParameters(pipeline.spec.parameters, parsed.parameters);
  requireSteps(pipeline.spec, parsed.noCache, "noCache");
  const sources = await readRunSources(ctx, project, pipeline.commit, pipeline.spec);
  return createRun(ctx, { project, pipeline, parameters, sources, trigger, noCache: parsed.noCache });
}

/** The checked values, or INVALID with one issue for each fault. */
export function requireParameters(specs: Record<string, ParameterSpec>, given: Record<string, unknown>): Record<string, ParameterValue> {
  const { values, issues } = checkParameters(specs, given);
  if (issues.length === 0) return values;
  throw new CoreError("INVALID", issues.map((issue) => issue.message).join(" "), {
    issues: issues.map((issue) => ({ path: `parameters.${issue.path}`, message: issue.message })),
  });
}

/** INVALID when one of these is no step of the pipeline. */
export function requireSteps(spec: PipelineSpec, keys: boolean | readonly string[], field: string): void {
  const known = spec.steps.map((step) => step.key);
  const unknown = typeof keys === "boolean" ? undefined : keys.find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const message = `There is no step ${unknown}. Steps are ${known.join(", ")}.`;
  throw new CoreError("INVALID", message, { issues: [{ path: field, message }] });
}
