import { modelAlias, modelVersion, registeredModel } from "@trellis/db/schema";
import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import { authorize } from "../../identity/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import { CoreError, notFound } from "../../kernel/errors.ts";
import { type ModelStage, parseStage, stageProblem } from "../domain/stage.ts";
import { refuseWhileDeployed } from "../refuse-while-deployed.ts";
import type { ModelVersion, RegisteredModel } from "../require-model.ts";
import { moveAlias } from "../set-alias.ts";
import { REGISTRY_LIMITS, requireText } from "./limits.ts";
import { loadProtocolVersion, loadProtocolVersions, type ProtocolVersion } from "./records.ts";
import { type NamedVersion, orMissing, requireModelNamed, requireVersionNamed } from "./require-named.ts";

/** A version by model and number. */
export async function getProtocolVersion(ctx: CoreContext, input: NamedVersion): Promise<ProtocolVersion> {
  const { version } = await requireVersionNamed(ctx, input, "project.read");
  return loadProtocolVersion(ctx, version.id);
}

/** The newest version of each stage asked for that has any; of every stage when none is named. INVALID for a stage that does not exist. */
export async function getLatestVersions(ctx: CoreContext, input: { name: string; stages?: string[] }): Promise<ProtocolVersion[]> {
  const stages = (input.stages ?? []).map(requireStage);
  const model = await requireModelNamed(ctx, input.name, "project.read");
  const { rows } = await ctx.db.execute<{ id: string; stage: ModelStage }>(
    sql`select distinct on (stage) id, stage from model_version where model_id = ${model.id} and deleted_at is null order by stage, version desc`,
  );
  const wanted = stages.length === 0 ? rows : rows.filter((row) => stages.includes(row.stage));
  return loadProtocolVersions(
    ctx,
    wanted.map((row) => row.id),
  );
}

/** Writes the card, which the protocol calls the description. */
export async function describeModelVersion(ctx: CoreContext, input: NamedVersion & { description?: string | null }): Promise<ProtocolVersion> {
  const card = input.description ?? "";
  requireText(card, "description", REGISTRY_LIMITS.description);
  const { model, version } = await requireVersionNamed(ctx, input, "project.write");
  return ctx.db.transaction(async (tx) => {
    await tx.update(modelVersion).set({ card, updatedAt: ctx.now() }).where(eq(modelVersion.id, version.id));
    await writeDown(tx, ctx, model, version, "registry.model-version.update-card", { length: card.length });
    return loadProtocolVersion({ db: tx }, version.id);
  });
}

/** Moves a version to a stage. With `archiveOthers`, those that were there go to Archived; INVALID for a stage that has no others to give way. */
export async function transitionModelVersion(ctx: CoreContext, input: NamedVersion & { stage: string; archiveOthers: boolean }): Promise<ProtocolVersion> {
  const stage = requireStage(input.stage);
  if (input.archiveOthers && (stage === "None" || stage === "Archived"))
    throw new CoreError("INVALID", `Versions can only give way in the stages Staging and Production, not in ${stage}: leave archive_existing_versions false.`);
  const { model, version } = await requireVersionNamed(ctx, input, "project.write");
  return ctx.db.transaction(async (tx) => {
    // One transition of a model at a time, so that two versions cannot both send the other away and stay.
    await tx.select({ id: registeredModel.id }).from(registeredModel).where(eq(registeredModel.id, model.id)).for("update");
    const at = ctx.now();
    if (input.archiveOthers)
      await tx
        .update(modelVersion)
        .set({ stage: "Archived", updatedAt: at })
        .where(and(eq(modelVersion.modelId, model.id), eq(modelVersion.stage, stage), ne(modelVersion.id, version.id), isNull(modelVersion.deletedAt)));
    await tx.update(modelVersion).set({ stage, updatedAt: at }).where(eq(modelVersion.id, version.id));
    await tx.update(registeredModel).set({ updatedAt: at }).where(eq(registeredModel.id, model.id));
    await writeDown(tx, ctx, model, version, "registry.model-version.set-stage", { from: version.stage, to: stage, archiveOthers: input.archiveOthers });
    return loadProtocolVersion({ db: tx }, version.id);
  });
}

/**
 * Deletes a version; aliases to it vanish, their history stays, and its number is not given again. It can be brought back until
 * retention removes it. PRECONDITION_FAILED while it is deployed or on its way.
 */
export async function deleteModelVersion(ctx: CoreContext, input: NamedVersion): Promise<void> {
  const { model, version } = await requireVersionNamed(ctx, input, "project.write");
  const name = `${model.name} v${version.version}`;
  await ctx.db.transaction(async (tx) => {
    await tx.select({ id: registeredModel.id }).from(registeredModel).where(eq(registeredModel.id, model.id)).for("update");
    await refuseWhileDeployed(tx, { modelId: model.id, versionId: version.id, name, what: "be deleted" });
    const aliases = await tx.select({ alias: modelAlias.alias }).from(modelAlias).where(eq(modelAlias.versionId, version.id));
    for (const { alias } of aliases) await moveAlias(tx, ctx, { model, alias, version: null, reason: `Version ${version.version} was deleted.` });
    await tx.update(modelVersion).set({ deletedAt: ctx.now() }).where(eq(modelVersion.id, version.id));
    await tx.update(registeredModel).set({ updatedAt: ctx.now() }).where(eq(registeredModel.id, model.id));
    await writeDown(tx, ctx, model, version, "registry.model-version.delete", { aliases: aliases.map(({ alias }) => alias) });
  });
}

/** Brings a deleted version of a model back, without the aliases that it had. */
export async function restoreModelVersion(ctx: CoreContext, input: { versionId: string }): Promise<void> {
  const [row] = await ctx.db
    .select({ version: modelVersion, model: registeredModel })
    .from(modelVersion)
    .innerJoin(registeredModel, eq(registeredModel.id, modelVersion.modelId))
    .where(and(eq(modelVersion.id, input.versionId), isNull(registeredModel.deletedAt)));
  const missing = notFound("Model version", input.versionId);
  if (!row) throw missing;
  const { version, model } = row;
  await orMissing(authorize(ctx, "project.write", { projectId: model.projectId }), missing);
  if (!version.deletedAt) return;
  await ctx.db.transaction(async (tx) => {
    await tx.update(modelVersion).set({ deletedAt: null }).where(eq(modelVersion.id, version.id));
    await tx.update(registeredModel).set({ updatedAt: ctx.now() }).where(eq(registeredModel.id, model.id));
    await writeDown(tx, ctx, model, version, "registry.model-version.undelete", {});
  });
}

function requireStage(text: string): ModelStage {
  const stage = parseStage(text);
  if (!stage) throw new CoreError("INVALID", stageProblem(text), { issues: [{ path: "stage", message: "no such stage" }] });
  return stage;
}

async function writeDown(
  tx: Transaction,
  ctx: CoreContext,
  model: RegisteredModel,
  version: ModelVersion,
  action: `registry.model-version.${string}`,
  data: Record<string, unknown>,
): Promise<void> {
  await recordAuditEvent(tx, ctx, {
    action,
    subject: { kind: "model_version", id: version.id, name: `${model.name} v${version.version}` },
    projectId: model.projectId,
    data,
  });
  await announce(tx, `model-version:${version.id}`, `models:${model.projectId}`);
}
