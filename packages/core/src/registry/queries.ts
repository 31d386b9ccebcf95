import { experiment, loggedModel, modelAliasEvent, modelVersion, modelVersionFile, project, registeredModel, run, trackedRun } from "@trellis/db/schema";
import { and, asc, desc, eq, isNull, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { projectAbilities } from "../catalog/index.ts";
import { visibleProjects } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { type AliasInterval, aliasIntervals } from "./domain/alias-history.ts";
import { cardProblems, cardTemplate } from "./domain/model-card.ts";
import { selectModels } from "./list-models.ts";
import { type ModelVersion, type RegisteredModel, requireModel, requireModelVersion, type VersionReference } from "./require-model.ts";
import { reproductionsOf } from "./reproductions.ts";

/** Most curves that a model's page draws. */
const MAX_TREND_METRICS = 12;

/** A version as lists show it. */
export type VersionRow = {
  id: string;
  version: number;
  status: ModelVersion["status"];
  /** A pipeline's run made it, or a client registered files of its own. */
  origin: ModelVersion["origin"];
  digest: string;
  sizeBytes: number;
  /** Null = never checked; see `verifyVersion`. */
  verification: ModelVersion["verification"];
  /** The run of this portal that made it, if any. */
  runId: string | null;
  runNumber: number | null;
  commit: string | null;
  metrics: Record<string, number>;
  tags: Record<string, string>;
  aliases: string[];
  /** Names of environments in which it answers now. */
  environments: string[];
  createdBy: string | null;
  createdAt: Date;
};

/** Where a client's version came from, as far as it said. */
export type VersionSource = {
  /** Word for word. */
  text: string;
  runRef: string;
  runLink: string;
  stage: ModelVersion["stage"];
  loggedModel: { id: string; name: string; experimentId: number } | null;
  /** A run of a client in this portal. */
  trackedRun: { id: string; name: string; experimentId: number } | null;
};

/** A model with its versions (newest first, at most 100), how its metrics moved, and where its aliases were. */
export async function getModel(ctx: CoreContext, input: { model: string }) {
  const found = await requireModel(ctx, input.model);
  const [row] = await selectModels(ctx, eq(registeredModel.id, found.id), sql`${registeredModel.id}`, 1);
  if (!row) throw notFound("Model", input.model);
  const versionRows = await selectVersions(ctx, and(eq(modelVersion.modelId, found.id), isNull(modelVersion.deletedAt)), 100);
  const ready = versionRows.toReversed();
  const keys = [...new Set(versionRows.flatMap((version) => Object.keys(version.metrics)))].toSorted().slice(0, MAX_TREND_METRICS);
  const trend = keys.map((key) => ({
    key,
    points: ready.flatMap((version) =>
      version.metrics[key] === undefined ? [] : [{ version: version.version, versionId: version.id, value: version.metrics[key] }],
    ),
  }));
  const moves = await selectAliasEvents(ctx, found.id);
  const aliasHistory: AliasInterval[] = aliasIntervals(moves.toReversed());
  return { ...row, versionRows, trend, aliasEvents: moves, aliasHistory, abilities: await projectAbilities(ctx, found.projectId) };
}

/** One version with all that its page shows; files at most 5,000. */
export async function getModelVersion(ctx: CoreContext, reference: VersionReference) {
  const { version, model } = await requireModelVersion(ctx, reference);
  const [row] = await selectVersions(ctx, eq(modelVersion.id, version.id), 1);
  if (!row) throw notFound("Model version", version.id);
  const [owner] = await ctx.db.select({ id: project.id, slug: project.slug, title: project.title }).from(project).where(eq(project.id, model.projectId));
  if (!owner) throw notFound("Model version", version.id);
  const files = await ctx.db
    .select({ path: modelVersionFile.path, digest: modelVersionFile.digest, sizeBytes: modelVersionFile.sizeBytes })
    .from(modelVersionFile)
    .where(eq(modelVersionFile.versionId, version.id))
    .orderBy(asc(modelVersionFile.path))
    .limit(5_000);
  const [source] = await ctx.db
    .select({ id: run.id, number: run.number, pipelineName: run.pipelineName, triggerKind: run.triggerKind, requestedByName: run.requestedByName })
    .from(run)
    .where(version.runId ? eq(run.id, version.runId) : sql`false`);
  const neighbours = await ctx.db
    .select({ id: modelVersion.id, version: modelVersion.version })
    .from(modelVersion)
    .where(
      and(
        eq(modelVersion.modelId, model.id),
        isNull(modelVersion.deletedAt),
        sql`${modelVersion.version} in (
          (select max(w.version) from model_version w where w.model_id = ${model.id} and w.deleted_at is null and w.version < ${version.version}),
          (select min(w.version) from model_version w where w.model_id = ${model.id} and w.deleted_at is null and w.version > ${version.version}))`,
      ),
    );
  return {
    ...row,
    model: { id: model.id, name: model.name, task: model.task, framework: model.framework },
    project: owner,
    signature: version.signature,
    descriptor: version.descriptor,
    params: version.params,
    card: version.card,
    cardProblems: cardProblems(version.card),
    /** What a new card begins with. */
    cardTemplate: cardTemplate(`${model.name} version ${version.version}`),
    source: await sourceOf(ctx, version),
    reproductions: await reproductionsOf(ctx, version.id),
    dataDigest: version.dataDigest,
    lockDigest: version.lockDigest,
    files,
    aliasEvents: (await selectAliasEvents(ctx, model.id)).filter((event) => event.fromVersion === version.version || event.toVersion === version.version),
    run: source ?? null,
    previous: neighbours.find((other) => other.version < version.version) ?? null,
    next: neighbours.find((other) => other.version > version.version) ?? null,
    abilities: await projectAbilities(ctx, model.projectId),
  };
}

async function sourceOf(ctx: CoreContext, version: ModelVersion): Promise<VersionSource> {
  const [logged] = version.loggedModelId
    ? await ctx.db
        .select({ id: loggedModel.id, name: loggedModel.name, experimentId: loggedModel.experimentId })
        .from(loggedModel)
        .innerJoin(experiment, eq(experiment.id, loggedModel.experimentId))
        .innerJoin(project, eq(project.id, experiment.projectId))
        .where(and(eq(loggedModel.id, version.loggedModelId), isNull(loggedModel.deletedAt), visibleProjects(ctx)))
    : [];
  const [tracked] = version.runId
    ? await ctx.db
        .select({ id: trackedRun.id, name: trackedRun.name, experimentId: trackedRun.experimentId })
        .from(trackedRun)
        .innerJoin(experiment, eq(experiment.id, trackedRun.experimentId))
        .innerJoin(project, eq(project.id, experiment.projectId))
        .where(and(eq(trackedRun.id, version.runId), eq(trackedRun.source, "client"), visibleProjects(ctx)))
    : [];
  const { source: text, runRef, runLink, stage } = version;
  return { text, runRef, runLink, stage, loggedModel: logged ?? null, trackedRun: tracked ?? null };
}

/** A version as it is stored, with its model's name and project: for areas that deploy and serve it. */
export async function findModelVersion(ctx: CoreContext, reference: VersionReference): Promise<ModelVersion & { modelName: string; projectId: string }> {
  const { version, model } = await requireModelVersion(ctx, reference);
  return { ...version, modelName: model.name, projectId: model.projectId };
}

export const resolveAliasInput = z.object({ model: z.string(), alias: z.string() });

/** The version that an alias names now. */
export async function resolveAlias(
  ctx: CoreContext,
  input: z.input<typeof resolveAliasInput>,
): Promise<{ versionId: string; version: number; modelId: string }> {
  const model: RegisteredModel = await requireModel(ctx, input.model);
  const result = await ctx.db.execute<{ versionId: string; version: number }>(
    sql`select v.id as "versionId", v.version from model_alias a join model_version v on v.id = a.version_id where a.model_id = ${model.id} and a.alias = ${input.alias} and v.deleted_at is null`,
  );
  const [row] = result.rows;
  if (!row) throw notFound("Alias", `${model.name}@${input.alias}`);
  return { ...row, modelId: model.id };
}

async function selectVersions(ctx: CoreContext, where: SQL | undefined, limit: number): Promise<VersionRow[]> {
  return ctx.db
    .select({
      id: modelVersion.id,
      version: modelVersion.version,
      status: modelVersion.status,
      origin: modelVersion.origin,
      verification: modelVersion.verification,
      digest: modelVersion.digest,
      sizeBytes: modelVersion.sizeBytes,
      runId: modelVersion.runId,
      runNumber: run.number,
      commit: modelVersion.commit,
      metrics: modelVersion.metrics,
      tags: modelVersion.tags,
      aliases: sql<string[]>`coalesce((select json_agg(a.alias order by a.alias) from model_alias a where a.version_id = ${modelVersion.id}), '[]'::json)`,
      environments: sql<string[]>`coalesce((select json_agg(e.name order by e.position) from deployment d join environment e on e.id = d.environment_id
        where d.live_version_id = ${modelVersion.id} and d.lifecycle = 'active'), '[]'::json)`,
      createdBy: modelVersion.createdBy,
      createdAt: modelVersion.createdAt,
    })
    .from(modelVersion)
    .leftJoin(run, eq(run.id, modelVersion.runId))
    .where(where)
    .orderBy(desc(modelVersion.version))
    .limit(limit);
}

async function selectAliasEvents(ctx: CoreContext, modelId: string) {
  return ctx.db
    .select({
      alias: modelAliasEvent.alias,
      fromVersion: modelAliasEvent.fromVersion,
      toVersion: modelAliasEvent.toVersion,
      actorName: modelAliasEvent.actorName,
      reason: modelAliasEvent.reason,
      at: modelAliasEvent.at,
    })
    .from(modelAliasEvent)
    .where(eq(modelAliasEvent.modelId, modelId))
    .orderBy(desc(modelAliasEvent.seq))
    .limit(200);
}
