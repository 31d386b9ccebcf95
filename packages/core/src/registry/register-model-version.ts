import { modelVersion, modelVersionFile, registeredModel } from "@trellis/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { recordAuditEvent } from "../audit/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { recordEdge } from "../lineage/index.ts";
import { filesDigest } from "../tracking/index.ts";
import { DESCRIPTOR_FILE, type ModelDescriptor, signatureOf } from "./domain/model-descriptor.ts";
import { versionUri } from "./domain/model-source.ts";
import { tellWebhooks } from "./webhooks/tell-webhooks.ts";

export type ModelVersionDraft = {
  projectId: string;
  /** Name of the registered model, from `trellis.yaml`. */
  model: string;
  /** From `parseModelDescriptor`. */
  descriptor: ModelDescriptor;
  /** Paths relative to the model folder; the bytes are in the artifact store. */
  files: { path: string; digest: string; sizeBytes: number }[];
  runId: string;
  commit: string;
  dataDigest: string | null;
  lockDigest: string;
  metrics: Record<string, number>;
  params: Record<string, string>;
  card: string;
  /** Who asked for the run, for people. */
  createdBy: string | null;
};

export type RegisteredVersion = { modelId: string; versionId: string; version: number; digest: string; created: boolean };

/**
 * Makes the next version of a model out of what a run left, in the transaction that ends the run. A run registers one
 * version of a model: asked again, it answers the same. CONFLICT when the name belongs to another project.
 */
export async function registerModelVersion(tx: Transaction, ctx: CoreContext, draft: ModelVersionDraft): Promise<RegisteredVersion> {
  if (draft.descriptor.name !== draft.model) {
    throw new CoreError("INVALID", `${DESCRIPTOR_FILE}: name is ${draft.descriptor.name}, but trellis.yaml registers ${draft.model}. Use one name in both.`, {
      issues: [{ file: DESCRIPTOR_FILE, path: "name", message: `must be ${draft.model}` }],
    });
  }
  const model = await lockModel(tx, ctx, draft);
  const [known] = await tx
    .select()
    .from(modelVersion)
    .where(and(eq(modelVersion.modelId, model.id), eq(modelVersion.runId, draft.runId), eq(modelVersion.origin, "pipeline")));
  if (known) return { modelId: model.id, versionId: known.id, version: known.version, digest: known.digest, created: false };

  const versionId = ctx.newId();
  const version = model.lastVersion + 1;
  const digest = filesDigest(draft.files);
  await tx
    .update(registeredModel)
    .set({ lastVersion: version, task: draft.descriptor.task, framework: draft.descriptor.framework, updatedAt: ctx.now() })
    .where(eq(registeredModel.id, model.id));
  await tx.insert(modelVersion).values({
    id: versionId,
    modelId: model.id,
    version,
    digest,
    sizeBytes: draft.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    runId: draft.runId,
    runRef: draft.runId.replaceAll("-", ""),
    source: versionUri(versionId),
    commit: draft.commit,
    dataDigest: draft.dataDigest,
    lockDigest: draft.lockDigest,
    signature: signatureOf(draft.descriptor),
    descriptor: draft.descriptor,
    metrics: draft.metrics,
    params: draft.params,
    card: draft.card,
    userName: draft.createdBy ?? "",
    createdBy: draft.createdBy,
    createdAt: ctx.now(),
    updatedAt: ctx.now(),
  });
  for (let start = 0; start < draft.files.length; start += 1_000) {
    await tx
      .insert(modelVersionFile)
      .values(draft.files.slice(start, start + 1_000).map(({ path, digest: content, sizeBytes }) => ({ versionId, path, digest: content, sizeBytes })));
  }
  await recordEdge(tx, ctx, {
    from: { kind: "run", id: draft.runId },
    to: { kind: "model_version", id: versionId },
    relation: "produced",
    projectId: draft.projectId,
  });
  await recordAuditEvent(tx, ctx, {
    action: "registry.model-version.register",
    subject: { kind: "model_version", id: versionId, name: `${draft.model} v${version}` },
    projectId: draft.projectId,
    data: { runId: draft.runId, digest, commit: draft.commit },
  });
  await announce(tx, `models:${draft.projectId}`, `project:${draft.projectId}`);
  const runRef = draft.runId.replaceAll("-", "");
  await tellWebhooks(tx, ctx, model.id, { kind: "version-created", version, source: versionUri(versionId), runRef, description: draft.card, tags: {} });
  return { modelId: model.id, versionId, version, digest, created: true };
}

/** The model's row, made if need be, locked: version numbers are given one after the other. */
async function lockModel(tx: Transaction, ctx: CoreContext, draft: ModelVersionDraft): Promise<typeof registeredModel.$inferSelect> {
  await tx
    .insert(registeredModel)
    .values({
      id: ctx.newId(),
      projectId: draft.projectId,
      name: draft.model,
      task: draft.descriptor.task,
      framework: draft.descriptor.framework,
      createdAt: ctx.now(),
      updatedAt: ctx.now(),
    })
    .onConflictDoNothing();
  const [model] = await tx
    .select()
    .from(registeredModel)
    .where(and(eq(registeredModel.name, draft.model), isNull(registeredModel.deletedAt)))
    .for("update");
  if (!model) throw new Error(`Registered model ${draft.model} vanished while it was locked`);
  if (model.projectId !== draft.projectId)
    throw new CoreError("CONFLICT", `The model name ${draft.model} belongs to another project. Choose another under register.model in trellis.yaml.`);
  return model;
}
