import { artifact, loggedModel, loggedModelFile, loggedModelMetric, metricLatest, modelVersionFile, runParam } from "@trellis/db/schema";
import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError, isCoreError } from "../../kernel/errors.ts";
import { requireLoggedModel, requireTrackedRun } from "../../tracking/index.ts";
import { type ModelSource, parseModelSource, uuidOf } from "../domain/model-source.ts";
import type { ModelVersion } from "../require-model.ts";
import { getVersionByAlias } from "./alias-verbs.ts";
import { requireVersionNamed } from "./require-named.ts";

export type SourceFile = { path: string; digest: string; sizeBytes: number };

/** What a source turned out to be: the files to keep, and where they came from as far as the portal knows. */
export type ResolvedSource = {
  files: SourceFile[];
  /** A run of this portal. */
  runId: string | null;
  /** The run as the source knows it, where the client did not name one. */
  runRef: string;
  loggedModelId: string | null;
  metrics: Record<string, number>;
  params: Record<string, string>;
  /** The version that this one copies. */
  copyOf: ModelVersion | null;
};

/** Most files of one version. */
const MAX_FILES = 50_000;

/**
 * Finds the files that a client's source names, among those that the actor may read. NOT_FOUND for a logged model or a version
 * that is not there; a run that this portal does not know is no fault, since a client may register what lies elsewhere.
 */
export async function resolveSource(ctx: CoreContext, input: { source: string; runRef: string; loggedModelId: string | null }): Promise<ResolvedSource> {
  const { loggedModelId } = input;
  if (loggedModelId) await requireLoggedModel(ctx, loggedModelId, "project.read");
  const found = await filesOf(ctx, parseModelSource(input.source));
  const runId = found.runId ?? (await knownRun(ctx, input.runRef));
  const modelId = found.loggedModelId ?? loggedModelId;
  if (found.copyOf) return { ...found, runId, loggedModelId: modelId };
  return { ...found, runId, loggedModelId: modelId, ...(await factsOf(ctx, runId, modelId)) };
}

const NOTHING: ResolvedSource = { files: [], runId: null, runRef: "", loggedModelId: null, metrics: {}, params: {}, copyOf: null };

async function filesOf(ctx: CoreContext, source: ModelSource): Promise<ResolvedSource> {
  switch (source.kind) {
    case "logged-model":
      return ofLoggedModel(ctx, source.modelId, source.path);
    case "run":
      return ofRun(ctx, source.runId, source.path);
    case "version":
      return ofVersionId(ctx, source.versionId, source.path);
    case "named-version":
      return ofVersion(ctx, (await requireVersionNamed(ctx, source, "project.read")).version, "");
    case "alias": {
      const { version } = await getVersionByAlias(ctx, { name: source.model, alias: source.alias });
      return ofVersion(ctx, (await requireVersionNamed(ctx, { model: source.model, version }, "project.read")).version, "");
    }
    case "elsewhere":
      return NOTHING;
  }
}

async function ofLoggedModel(ctx: CoreContext, modelId: string, path: string): Promise<ResolvedSource> {
  await requireLoggedModel(ctx, modelId, "project.read");
  const rows = await ctx.db
    .select({ path: loggedModelFile.path, digest: loggedModelFile.digest, sizeBytes: loggedModelFile.sizeBytes })
    .from(loggedModelFile)
    .where(eq(loggedModelFile.modelId, modelId))
    .orderBy(asc(loggedModelFile.path))
    .limit(MAX_FILES + 1);
  const [model] = await ctx.db.select({ sourceRunId: loggedModel.sourceRunId }).from(loggedModel).where(eq(loggedModel.id, modelId));
  const runRef = model?.sourceRunId ?? "";
  return { ...NOTHING, files: below(rows, path), loggedModelId: modelId, runRef, runId: await knownRun(ctx, runRef) };
}

/** A folder of a run; where there is none, the newest logged model of the run that has that name, as clients of MLflow 3 mean it. */
async function ofRun(ctx: CoreContext, runId: string, path: string): Promise<ResolvedSource> {
  if (!(await isReadable(ctx, runId))) return NOTHING;
  const runRef = runId.replaceAll("-", "");
  // Of files with one path the newest counts: a client's and a step's may meet.
  const rows = await ctx.db
    .selectDistinctOn([artifact.path], { path: artifact.path, digest: artifact.digest, sizeBytes: artifact.sizeBytes })
    .from(artifact)
    .where(eq(artifact.runId, runId))
    .orderBy(asc(artifact.path), desc(artifact.createdAt), desc(artifact.id))
    .limit(MAX_FILES + 1);
  const files = below(rows, path);
  if (files.length === 0 && path !== "" && !path.includes("/")) {
    const [named] = await ctx.db
      .select({ id: loggedModel.id })
      .from(loggedModel)
      .where(and(eq(loggedModel.sourceRunId, runRef), eq(loggedModel.name, path), isNull(loggedModel.deletedAt)))
      .orderBy(desc(loggedModel.createdAt), desc(loggedModel.id))
      .limit(1);
    if (named) return ofLoggedModel(ctx, named.id, "");
  }
  return { ...NOTHING, files, runId, runRef };
}

async function ofVersionId(ctx: CoreContext, versionId: string, path: string): Promise<ResolvedSource> {
  const { rows } = await ctx.db.execute<{ model: string; version: number }>(
    sql`select m.name as model, v.version from model_version v join registered_model m on m.id = v.model_id where v.id = ${versionId}::uuid and v.deleted_at is null`,
  );
  const [named] = rows;
  if (!named) throw new CoreError("NOT_FOUND", `Model Version (id=${versionId}) not found`);
  return ofVersion(ctx, (await requireVersionNamed(ctx, named, "project.read")).version, path);
}

async function ofVersion(ctx: CoreContext, version: ModelVersion, path: string): Promise<ResolvedSource> {
  const rows = await ctx.db
    .select({ path: modelVersionFile.path, digest: modelVersionFile.digest, sizeBytes: modelVersionFile.sizeBytes })
    .from(modelVersionFile)
    .where(eq(modelVersionFile.versionId, version.id))
    .orderBy(asc(modelVersionFile.path))
    .limit(MAX_FILES + 1);
  const { runId, runRef, loggedModelId, metrics, params } = version;
  return { files: below(rows, path), runId, runRef, loggedModelId, metrics, params, copyOf: version };
}

/** Files below a folder, with paths from there. TOO_LARGE beyond what a version may hold. */
function below(files: SourceFile[], folder: string): SourceFile[] {
  if (files.length > MAX_FILES) throw new CoreError("TOO_LARGE", `A model version has at most ${MAX_FILES} files.`);
  if (folder === "") return files;
  return files.filter((file) => file.path.startsWith(`${folder}/`)).map((file) => ({ ...file, path: file.path.slice(folder.length + 1) }));
}

/** The run that a client means, if this portal has it and the actor may see it. */
async function knownRun(ctx: CoreContext, runRef: string): Promise<string | null> {
  const runId = uuidOf(runRef);
  return runId && (await isReadable(ctx, runId)) ? runId : null;
}

async function isReadable(ctx: CoreContext, runId: string): Promise<boolean> {
  return requireTrackedRun(ctx, runId, "project.read").then(
    () => true,
    (error: unknown) => {
      if (isCoreError(error) && error.code === "NOT_FOUND") return false;
      throw error;
    },
  );
}

/** Metrics and parameters: those of the logged model, and of its run where the model has none. */
async function factsOf(ctx: CoreContext, runId: string | null, modelId: string | null): Promise<Pick<ResolvedSource, "metrics" | "params">> {
  const ofModel = modelId ? await modelFacts(ctx, modelId) : { metrics: {}, params: {} };
  const ofItsRun = runId ? await runFacts(ctx, runId) : { metrics: {}, params: {} };
  const orElse = <Value>(first: Record<string, Value>, second: Record<string, Value>) => (Object.keys(first).length > 0 ? first : second);
  return { metrics: orElse(ofModel.metrics, ofItsRun.metrics), params: orElse(ofModel.params, ofItsRun.params) };
}

async function modelFacts(ctx: CoreContext, modelId: string): Promise<Pick<ResolvedSource, "metrics" | "params">> {
  const [model] = await ctx.db.select({ params: loggedModel.params }).from(loggedModel).where(eq(loggedModel.id, modelId));
  const metrics = await ctx.db
    .selectDistinctOn([loggedModelMetric.key], { key: loggedModelMetric.key, value: loggedModelMetric.value })
    .from(loggedModelMetric)
    .where(eq(loggedModelMetric.modelId, modelId))
    .orderBy(asc(loggedModelMetric.key), desc(loggedModelMetric.timestamp), desc(loggedModelMetric.step), desc(loggedModelMetric.value))
    .limit(1_000);
  return { metrics: finite(metrics), params: model?.params ?? {} };
}

async function runFacts(ctx: CoreContext, runId: string): Promise<Pick<ResolvedSource, "metrics" | "params">> {
  const metrics = await ctx.db
    .select({ key: metricLatest.key, value: metricLatest.value })
    .from(metricLatest)
    .where(eq(metricLatest.runId, runId))
    .limit(1_000);
  const params = await ctx.db.select({ key: runParam.key, value: runParam.value }).from(runParam).where(eq(runParam.runId, runId)).limit(2_000);
  return { metrics: finite(metrics), params: Object.fromEntries(params.map(({ key, value }) => [key, value])) };
}

/** JSON knows no NaN. */
function finite(metrics: { key: string; value: number }[]): Record<string, number> {
  return Object.fromEntries(metrics.filter(({ value }) => Number.isFinite(value)).map(({ key, value }) => [key, value]));
}
