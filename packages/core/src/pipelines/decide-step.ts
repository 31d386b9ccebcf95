import { buffer } from "node:stream/consumers";
import { dataset, datasetVersion, lineageEdge, metricLatest, run, step } from "@trellis/db/schema";
import { and, desc, eq, inArray, ne, sql } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError, isCoreError } from "../kernel/errors.ts";
import { filesDigest, filesOfStep } from "../tracking/index.ts";
import { ArtifactStoreCapability } from "../tracking/ports.ts";
import { cacheDifferences, cacheKey, type CacheNote, type CacheParts, differencesInWords } from "./domain/cache-key.ts";
import { conditionLeaves, fieldOf, judgeCondition } from "./domain/condition.ts";
import { ENVIRONMENT_STEP, type ParameterValue } from "./domain/pipeline-spec.ts";
import type { AttemptOutcome } from "./finish-attempt.ts";
import type { LiveAttempt } from "./live-attempts.ts";
import { parametersOfStep } from "./prepare-attempt.ts";

const MAX_CONDITION_FILE_BYTES = 5 * 1024 * 1024;

/**
 * Whether the step has to run, just before it would: not when its condition does not hold, nor when an earlier step of equal
 * content has left its results. What was found about the cache is kept on the step, to be shown.
 */
export async function decideStep(ctx: CoreContext, live: LiveAttempt): Promise<AttemptOutcome | null> {
  if (live.spec.key === ENVIRONMENT_STEP) return null;
  const files = live.spec.condition || live.spec.cache ? await filesOfStep(ctx, live.runId, live.needs) : [];
  const unmet = await unmetCondition(ctx, live, files).catch((error: unknown) => {
    if (isCoreError(error) && error.code === "INVALID") return error;
    throw error;
  });
  if (isCoreError(unmet)) return { status: "failed", exitCode: null, reason: unmet.message };
  if (unmet) return { status: "succeeded", exitCode: null, reason: `Skipped: ${unmet}`, skipped: true };
  return live.spec.cache && live.codeDigest ? lookUp(ctx, live, files, live.codeDigest) : null;
}

type StepFiles = Awaited<ReturnType<typeof filesOfStep>>;

async function unmetCondition(ctx: CoreContext, live: LiveAttempt, files: StepFiles): Promise<string | null> {
  const { condition } = live.spec;
  if (!condition) return null;
  const leaves = conditionLeaves(condition);
  const names = leaves.flatMap((leaf) => (leaf.kind === "metric" ? [leaf.name] : []));
  const metrics = new Map(
    names.length === 0
      ? []
      : (
          await ctx.db
            .select({ key: metricLatest.key, value: metricLatest.value })
            .from(metricLatest)
            .where(and(eq(metricLatest.runId, live.runId), inArray(metricLatest.key, names)))
        ).map(({ key, value }) => [key, value]),
  );
  const documents = new Map<string, unknown>();
  for (const leaf of leaves) if (leaf.kind === "output" && !documents.has(leaf.path)) documents.set(leaf.path, await readJson(ctx, files, leaf.path));
  const { holds, why } = judgeCondition(condition, {
    metric: (name) => metrics.get(name),
    parameter: (name): ParameterValue | undefined => live.parameters[name],
    output: (path, field) => fieldOf(documents.get(path), field),
  });
  return holds ? null : why;
}

async function readJson(ctx: CoreContext, files: StepFiles, path: string): Promise<unknown> {
  const file = files.find((candidate) => candidate.path === path);
  if (!file) return undefined;
  if (file.sizeBytes > MAX_CONDITION_FILE_BYTES) throw new CoreError("INVALID", `${path} has ${file.sizeBytes} bytes; a condition reads at most 5 MB.`);
  const text = (await buffer(await ctx.resolve(ArtifactStoreCapability).get(file.digest))).toString("utf8");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CoreError("INVALID", `${path}, which the step's condition looks into, is not JSON.`, { cause });
  }
}

async function lookUp(ctx: CoreContext, live: LiveAttempt, files: StepFiles, codeDigest: string): Promise<AttemptOutcome | null> {
  const parts = await partsOf(ctx, live, files, codeDigest);
  const key = cacheKey(live.projectId, `${live.pipelineName}/${live.spec.key}`, parts);
  const hit = live.useCache ? await findResult(ctx, key) : null;
  const note: CacheNote = hit
    ? { decision: "hit", parts, runNumber: hit.runNumber, why: `Nothing that it depends on has changed since run ${hit.runNumber}`, differences: [] }
    : await explainMiss(ctx, live, parts);
  await ctx.db.update(step).set({ cacheKey: key, cacheNote: note }).where(eq(step.id, live.stepId));
  return hit && { status: "succeeded", exitCode: null, reason: note.why, cached: { stepId: hit.stepId, runId: hit.runId } };
}

/** Everything that the command can see, and what it is asked to leave. */
async function partsOf(ctx: CoreContext, live: LiveAttempt, files: StepFiles, codeDigest: string): Promise<CacheParts> {
  const { spec } = live;
  const parts: CacheParts = { command: spec.run, code: codeDigest, environment: live.lockDigest, outputs: JSON.stringify(spec.outputs) };
  for (const [name, value] of Object.entries(parametersOfStep(live))) parts[`parameter ${name}`] = JSON.stringify(value);
  for (const [name, value] of Object.entries(spec.environment)) parts[`variable ${name}`] = value;
  for (const { name, digest } of spec.inputs.length > 0 ? await inputsOf(ctx, live.runId) : []) if (spec.inputs.includes(name)) parts[`input ${name}`] = digest;
  for (const need of live.needs.filter((key) => key !== ENVIRONMENT_STEP)) {
    parts[`results of ${need}`] = filesDigest(
      files.filter((file) => file.stepKey === need).map((file) => ({ path: file.path, digest: `${file.digest}${file.executable ? " x" : ""}` })),
    );
  }
  return parts;
}

/** The data of the run, by the paths that steps declare. */
async function inputsOf(ctx: CoreContext, runId: string): Promise<{ name: string; digest: string }[]> {
  return ctx.db
    .select({ name: dataset.name, digest: datasetVersion.digest })
    .from(lineageEdge)
    .innerJoin(datasetVersion, eq(datasetVersion.id, lineageEdge.fromId))
    .innerJoin(dataset, eq(dataset.id, datasetVersion.datasetId))
    .where(and(eq(lineageEdge.toKind, "run"), eq(lineageEdge.toId, runId), eq(lineageEdge.fromKind, "dataset_version")));
}

async function findResult(ctx: CoreContext, key: string): Promise<{ stepId: string; runId: string; runNumber: number } | null> {
  const [found] = await ctx.db
    .select({ stepId: step.id, runId: step.runId, runNumber: run.number })
    .from(step)
    .innerJoin(run, eq(run.id, step.runId))
    .where(and(eq(step.cacheKey, key), sql`${step.status} in ('succeeded', 'cached')`))
    .orderBy(desc(step.endedAt))
    .limit(1);
  return found ?? null;
}

/** The newest result of this step that it could be compared with, and what differs. */
async function explainMiss(ctx: CoreContext, live: LiveAttempt, parts: CacheParts): Promise<CacheNote> {
  const [before] = await ctx.db
    .select({ note: step.cacheNote, runNumber: run.number })
    .from(step)
    .innerJoin(run, eq(run.id, step.runId))
    .where(
      and(
        eq(run.projectId, live.projectId),
        eq(run.pipelineName, live.pipelineName),
        eq(step.key, live.spec.key),
        ne(step.id, live.stepId),
        sql`${step.cacheKey} is not null and ${step.status} in ('succeeded', 'cached')`,
      ),
    )
    .orderBy(desc(run.createdAt))
    .limit(1);
  const earlier = before?.note as CacheNote | null | undefined;
  const differences = earlier ? cacheDifferences(earlier.parts, parts) : [];
  const runNumber = before?.runNumber ?? null;
  if (!live.useCache) return { decision: "off", parts, runNumber, differences, why: "The cache was left out for this run" };
  if (runNumber === null) return { decision: "miss", parts, runNumber, differences, why: "No earlier run has left a result of this step" };
  return { decision: "miss", parts, runNumber, differences, why: `Not as in run ${runNumber}: ${differencesInWords(differences)}` };
}
