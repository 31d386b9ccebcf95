import { metricLatest, run } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { asSystem, type CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { closeReproduction, compareRepeated, DEFAULT_TOLERANCE, findModelVersion, openReproduction, reproductionsOf } from "../registry/index.ts";
import { createRun, type StartedRun } from "./create-run.ts";
import { isRunEnded } from "./domain/run-state.ts";
import { requireRun } from "./require-run-row.ts";
import { readRunSources } from "./run-sources.ts";

export const reproduceVersionInput = z.object({
  versionId: z.uuid(),
  /** Largest relative difference of a metric that counts as the same. */
  tolerance: z.number().min(0).max(1).default(DEFAULT_TOLERANCE),
});

/** Key of a run's cause that says which version it repeats. */
const REPRODUCES = "reproduces";

/**
 * Runs again what made a version: the same commit, parameters, data and lock, no step taken from a cache. When the run ends, its
 * metrics are compared with the version's and the version says how close they came. While such a run is under way, that one is
 * the answer. PRECONDITION_FAILED for a version that no pipeline of this portal made.
 */
export async function reproduceVersion(ctx: CoreContext, input: z.input<typeof reproduceVersionInput>): Promise<StartedRun> {
  const { versionId, tolerance } = reproduceVersionInput.parse(input);
  const version = await findModelVersion(ctx, { versionId });
  const name = `${version.modelName} v${version.version}`;
  if (version.origin !== "pipeline" || version.runId === null)
    throw new CoreError("PRECONDITION_FAILED", `${name} was registered by a client, without a pipeline, so nobody knows how to make it again.`);
  const { run: earlier, project, spec } = await requireRun(ctx, version.runId, "project.write");
  const earlierTries = await reproductionsOf(ctx, versionId);
  const live = earlierTries.find((reproduction) => reproduction.status === "running");
  if (live) {
    const { run: found } = await requireRun(ctx, live.runId);
    if (!isRunEnded(found.status)) return { runId: found.id, number: found.number, status: found.status, created: false };
  }
  const started = await createRun(ctx, {
    project,
    pipeline: { name: earlier.pipelineName, versionId: earlier.pipelineVersionId, spec, commit: earlier.commit },
    parameters: earlier.parameters,
    sources: await readRunSources(ctx, project, earlier.commit, spec),
    trigger: {
      kind: "manual",
      // Two clicks at once count the same earlier tries, so they have one key and make one run.
      key: `reproduce:${versionId}:${earlierTries.length + 1}`,
      cause: {
        [REPRODUCES]: versionId,
        tolerance,
        runId: earlier.id,
        runNumber: earlier.number,
        summary: `repeats ${name} to see whether it can be made again`,
      },
    },
    noCache: true,
  });
  await ctx.db.transaction((tx) => openReproduction(tx, ctx, { versionId, runId: started.runId, tolerance, requestedBy: ctx.actor.name }));
  return started;
}

/** The version that a run repeats, or null: such a run registers nothing, since its model is to be compared and not to be used. */
export function repeatedVersion(cause: Record<string, unknown>): string | null {
  const versionId = cause[REPRODUCES];
  return typeof versionId === "string" ? versionId : null;
}

/**
 * Answers the fact that a run has ended: compares a run that repeats a version with it. True when the run was one. The result
 * is written once; what a crash kept from being opened is opened here.
 */
export async function concludeReproduction(caller: CoreContext, fact: { runId: string }): Promise<boolean> {
  const ctx = asSystem(caller, "pipelines");
  const [ended] = await ctx.db.select().from(run).where(eq(run.id, fact.runId));
  const versionId = ended ? repeatedVersion(ended.cause) : null;
  if (!ended || !versionId) return false;
  const tolerance = typeof ended.cause["tolerance"] === "number" ? ended.cause["tolerance"] : DEFAULT_TOLERANCE;
  const version = await findModelVersion(ctx, { versionId }).catch(() => null);
  if (!version) return true;
  const repeated = await ctx.db
    .select({ key: metricLatest.key, value: metricLatest.value })
    .from(metricLatest)
    .where(eq(metricLatest.runId, ended.id))
    .limit(1_000);
  const metrics = compareRepeated(version.metrics, Object.fromEntries(repeated.map(({ key, value }) => [key, value])), tolerance);
  const differing = metrics.filter((metric) => !metric.within);
  const verdict = (): Pick<Parameters<typeof closeReproduction>[2], "status" | "reason"> => {
    if (ended.status !== "succeeded") return { status: "failed", reason: ended.reason || `The run was ${ended.status}.` };
    if (metrics.length === 0) return { status: "failed", reason: "The version has no metrics to compare." };
    if (differing.length === 0) return { status: "reproduced", reason: `All ${metrics.length} metrics came out the same.` };
    return {
      status: "differs",
      reason: `${differing.length} of ${metrics.length} metrics differ by more than the tolerance: ${differing.map((metric) => metric.key).join(", ")}.`,
    };
  };
  await ctx.db.transaction(async (tx) => {
    await openReproduction(tx, ctx, { versionId, runId: ended.id, tolerance, requestedBy: ended.requestedByName });
    await closeReproduction(tx, ctx, { runId: ended.id, ...verdict(), metrics: ended.status === "succeeded" ? metrics : [] });
  });
  return true;
}
