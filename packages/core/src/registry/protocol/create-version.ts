import { buffer } from "node:stream/consumers";
import { loggedModel, modelVersion, modelVersionFile, registeredModel } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { recordEdge } from "../../lineage/index.ts";
import { filesDigest } from "../../tracking/index.ts";
import { ArtifactStoreCapability } from "../../tracking/ports.ts";
import { MLMODEL_FILE, type MlModel, parseMlModel } from "../domain/mlmodel.ts";
import { sourceProblem } from "../domain/model-source.ts";
import { PROMPT_TAG } from "../domain/webhook-events.ts";
import { tellWebhooks } from "../webhooks/tell-webhooks.ts";
import { type KeyValue, REGISTRY_LIMITS, requireText, tagRecord } from "./limits.ts";
import { loadProtocolVersion, type ProtocolVersion } from "./records.ts";
import { modelNotFound, requireModelNamed } from "./require-named.ts";
import { type ResolvedSource, resolveSource, type SourceFile } from "./source-files.ts";

/** Largest `MLmodel` file that is read. */
const MAX_MLMODEL_BYTES = 4 * 1024 * 1024;

export type NewModelVersion = {
  model: string;
  source: string;
  runRef?: string | null;
  runLink?: string | null;
  description?: string | null;
  tags?: KeyValue[];
  /** UUID of the logged model. */
  loggedModelId?: string | null;
};

/**
 * Registers the files that a client's source names as the next version of a model. The files are kept as they are now, by
 * their digests: what the client changes later in the run's folder does not change the version.
 */
export async function createModelVersion(ctx: CoreContext, input: NewModelVersion): Promise<ProtocolVersion> {
  const model = await requireModelNamed(ctx, input.model, "project.write");
  const tags = tagRecord(input.tags ?? []);
  requireTexts(input);
  const isPrompt = model.tags[PROMPT_TAG] === "true" || Object.hasOwn(tags, PROMPT_TAG);
  const problem = isPrompt ? null : sourceProblem(input.source);
  if (problem) throw new CoreError("INVALID", problem, { issues: [{ path: "source", message: problem }] });
  const resolved = await resolveSource(ctx, {
    source: isPrompt ? "" : input.source,
    runRef: input.runRef ?? "",
    loggedModelId: input.loggedModelId ?? null,
  });
  const mlmodel = await readMlModel(ctx, resolved.files);
  return ctx.db.transaction(async (tx) => {
    const [locked] = await tx.select().from(registeredModel).where(eq(registeredModel.id, model.id)).for("update");
    if (!locked || locked.deletedAt) throw modelNotFound(input.model);
    const version = locked.lastVersion + 1;
    const versionId = ctx.newId();
    await tx
      .update(registeredModel)
      .set({ lastVersion: version, updatedAt: ctx.now(), ...(mlmodel?.framework ? { framework: mlmodel.framework } : {}) })
      .where(eq(registeredModel.id, model.id));
    await insertVersion(tx, ctx, { ...input, versionId, modelId: model.id, version, tags, resolved, mlmodel });
    await recordEdges(tx, ctx, versionId, model.projectId, resolved);
    if (resolved.loggedModelId) await tagLoggedModel(tx, resolved.loggedModelId, { name: model.name, version });
    await recordAuditEvent(tx, ctx, {
      action: "registry.model-version.register",
      subject: { kind: "model_version", id: versionId, name: `${model.name} v${version}` },
      projectId: model.projectId,
      data: { source: input.source, runRef: input.runRef ?? resolved.runRef, files: resolved.files.length },
    });
    await announce(tx, `models:${model.projectId}`, `project:${model.projectId}`);
    const made = await loadProtocolVersion({ db: tx }, versionId);
    await tellWebhooks(tx, ctx, model.id, { kind: "version-created", ...made });
    return made;
  });
}

function requireTexts(input: NewModelVersion): void {
  requireText(input.source, "source", REGISTRY_LIMITS.source);
  requireText(input.runRef ?? "", "run_id", REGISTRY_LIMITS.runRef);
  requireText(input.runLink ?? "", "run_link", REGISTRY_LIMITS.runLink);
  requireText(input.description ?? "", "description", REGISTRY_LIMITS.description);
}

/** What the folder says of itself; null where there is no file that says it. */
async function readMlModel(ctx: CoreContext, files: SourceFile[]): Promise<MlModel | null> {
  const file = files.find((candidate) => candidate.path === MLMODEL_FILE);
  if (!file || file.sizeBytes > MAX_MLMODEL_BYTES) return null;
  return parseMlModel((await buffer(await ctx.resolve(ArtifactStoreCapability).get(file.digest))).toString("utf8"));
}

type VersionDraft = Omit<NewModelVersion, "tags"> & {
  versionId: string;
  modelId: string;
  version: number;
  tags: Record<string, string>;
  resolved: ResolvedSource;
  mlmodel: MlModel | null;
};

async function insertVersion(tx: Transaction, ctx: CoreContext, row: VersionDraft): Promise<void> {
  const { resolved, versionId } = row;
  const { copyOf, files } = resolved;
  await tx.insert(modelVersion).values({
    id: versionId,
    modelId: row.modelId,
    version: row.version,
    origin: "client",
    digest: filesDigest(files),
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    runId: resolved.runId,
    runRef: row.runRef || resolved.runRef,
    runLink: row.runLink ?? "",
    source: row.source,
    loggedModelId: resolved.loggedModelId,
    userName: ctx.actor.name,
    // A copy is made of the same things.
    commit: copyOf?.commit ?? null,
    dataDigest: copyOf?.dataDigest ?? null,
    lockDigest: copyOf?.lockDigest ?? null,
    signature: copyOf?.signature ?? row.mlmodel?.signature ?? { inputs: [], outputs: [] },
    descriptor: copyOf?.descriptor ?? {},
    metrics: resolved.metrics,
    params: resolved.params,
    card: row.description ?? "",
    tags: row.tags,
    createdBy: ctx.actor.name,
    createdAt: ctx.now(),
    updatedAt: ctx.now(),
  });
  for (let start = 0; start < files.length; start += 1_000) {
    await tx.insert(modelVersionFile).values(files.slice(start, start + 1_000).map((file) => ({ ...file, versionId })));
  }
}

async function recordEdges(tx: Transaction, ctx: CoreContext, versionId: string, projectId: string, resolved: ResolvedSource): Promise<void> {
  const to = { kind: "model_version", id: versionId } as const;
  if (resolved.runId) await recordEdge(tx, ctx, { from: { kind: "run", id: resolved.runId }, to, relation: "produced", projectId });
  if (resolved.loggedModelId)
    await recordEdge(tx, ctx, { from: { kind: "logged_model", id: resolved.loggedModelId }, to, relation: "registered_as", projectId });
}

/** Tag of a logged model that lists the versions made of it; clients read it and write the same again. */
const VERSIONS_TAG = "mlflow.modelVersions";

async function tagLoggedModel(tx: Transaction, modelId: string, made: { name: string; version: number }): Promise<void> {
  const [model] = await tx.select({ tags: loggedModel.tags }).from(loggedModel).where(eq(loggedModel.id, modelId)).for("update");
  if (!model) return;
  const listed = [...parseList(model.tags[VERSIONS_TAG]), made];
  // As Python writes it, so that a client's own writing of the tag changes nothing.
  const text = `[${listed.map(({ name, version }) => `{"name": ${JSON.stringify(name)}, "version": ${version}}`).join(", ")}]`;
  await tx
    .update(loggedModel)
    .set({ tags: { ...model.tags, [VERSIONS_TAG]: text } })
    .where(eq(loggedModel.id, modelId));
}

function parseList(text: string | undefined): { name: string; version: number }[] {
  try {
    const list = JSON.parse(text ?? "[]") as unknown;
    if (!Array.isArray(list)) return [];
    return list.flatMap((entry: unknown) => {
      const { name, version } = (entry ?? {}) as { name?: unknown; version?: unknown };
      return typeof name === "string" && Number.isSafeInteger(Number(version)) ? [{ name, version: Number(version) }] : [];
    });
  } catch {
    return [];
  }
}
