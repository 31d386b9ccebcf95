import { modelAlias, modelAliasEvent, modelVersion } from "@trellis/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { CoreError, notFound } from "../kernel/errors.ts";
import { aliasProblem } from "./domain/alias.ts";
import { type RegisteredModel, requireModel } from "./require-model.ts";
import { tellWebhooks } from "./webhooks/tell-webhooks.ts";

const reason = z.string().max(2_000).default("");

export const setAliasInput = z.object({
  /** Id or name of the model. */
  modelId: z.string(),
  alias: z.string(),
  version: z.number().int().positive(),
  reason,
});

/** Lets an alias name a version; where it stood before is kept in its history. The same again changes nothing. */
export async function setAlias(ctx: CoreContext, input: z.input<typeof setAliasInput>): Promise<{ moved: boolean }> {
  const parsed = setAliasInput.parse(input);
  const problem = aliasProblem(parsed.alias);
  if (problem) throw new CoreError("INVALID", problem, { issues: [{ path: "alias", message: problem }] });
  const model = await requireModel(ctx, parsed.modelId, "project.write");
  return ctx.db.transaction(async (tx) => moveAlias(tx, ctx, { model, alias: parsed.alias, version: parsed.version, reason: parsed.reason }));
}

export const removeAliasInput = z.object({ modelId: z.string(), alias: z.string(), reason });

/** Takes an alias away; its history stays. Nothing happens when it is not there. */
export async function removeAlias(ctx: CoreContext, input: z.input<typeof removeAliasInput>): Promise<{ moved: boolean }> {
  const parsed = removeAliasInput.parse(input);
  const model = await requireModel(ctx, parsed.modelId, "project.write");
  return ctx.db.transaction(async (tx) => moveAlias(tx, ctx, { model, alias: parsed.alias, version: null, reason: parsed.reason }));
}

/** Moves an alias inside a transaction of the caller, who has authorized it. `version: null` takes it away. */
export async function moveAlias(
  tx: Transaction,
  ctx: CoreContext,
  move: { model: Pick<RegisteredModel, "id" | "name" | "projectId">; alias: string; version: number | null; reason: string },
): Promise<{ moved: boolean }> {
  const { model, alias } = move;
  const [target] =
    move.version === null
      ? []
      : await tx
          .select()
          .from(modelVersion)
          .where(and(eq(modelVersion.modelId, model.id), eq(modelVersion.version, move.version), isNull(modelVersion.deletedAt)));
  if (move.version !== null && !target) throw notFound("Model version", `${model.name} v${move.version}`);
  if (target?.status === "archived")
    throw new CoreError("PRECONDITION_FAILED", `${model.name} v${target.version} is archived. Bring it back before an alias can name it.`);
  const [current] = await tx
    .select({ version: modelVersion.version, versionId: modelVersion.id })
    .from(modelAlias)
    .innerJoin(modelVersion, eq(modelVersion.id, modelAlias.versionId))
    .where(and(eq(modelAlias.modelId, model.id), eq(modelAlias.alias, alias)))
    .for("update");
  if ((current?.version ?? null) === move.version) return { moved: false };
  if (target) {
    const values = { modelId: model.id, alias, versionId: target.id, updatedAt: ctx.now() };
    await tx
      .insert(modelAlias)
      .values(values)
      .onConflictDoUpdate({ target: [modelAlias.modelId, modelAlias.alias], set: { versionId: target.id, updatedAt: ctx.now() } });
  } else {
    await tx.delete(modelAlias).where(and(eq(modelAlias.modelId, model.id), eq(modelAlias.alias, alias)));
  }
  await tx.insert(modelAliasEvent).values({
    modelId: model.id,
    alias,
    fromVersion: current?.version ?? null,
    toVersion: move.version,
    actorName: ctx.actor.name,
    reason: move.reason,
    at: ctx.now(),
  });
  await recordAuditEvent(tx, ctx, {
    action: target ? "registry.alias.set" : "registry.alias.remove",
    subject: { kind: "registered_model", id: model.id, name: `${model.name}@${alias}` },
    projectId: model.projectId,
    data: { alias, from: current?.version ?? null, to: move.version, reason: move.reason },
  });
  const touched = [current?.versionId, target?.id].filter((id) => id !== undefined).map((id) => `model-version:${id}` as const);
  await announce(tx, `models:${model.projectId}`, ...touched);
  await tellWebhooks(tx, ctx, model.id, target ? { kind: "alias-set", alias, version: target.version } : { kind: "alias-removed", alias });
  return { moved: true };
}
