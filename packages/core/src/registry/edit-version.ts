import { modelAlias, modelVersion, registeredModel } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { requireModel, requireModelVersion } from "./require-model.ts";

const tags = z.record(z.string().min(1).max(100), z.string().max(1_000)).refine((given) => Object.keys(given).length <= 100, "at most 100 tags");

export const updateCardInput = z.object({ versionId: z.uuid(), card: z.string().max(200_000) });

/** Rewrites the model card (Markdown) of a version. */
export async function updateCard(ctx: CoreContext, input: z.input<typeof updateCardInput>): Promise<void> {
  const { versionId, card } = updateCardInput.parse(input);
  await editVersion(ctx, versionId, { card }, "registry.model-version.update-card", { length: card.length });
}

export const setVersionTagsInput = z.object({ versionId: z.uuid(), tags });

/** Replaces all tags of a version. */
export async function setVersionTags(ctx: CoreContext, input: z.input<typeof setVersionTagsInput>): Promise<void> {
  const parsed = setVersionTagsInput.parse(input);
  await editVersion(ctx, parsed.versionId, { tags: parsed.tags }, "registry.model-version.set-tags", { tags: parsed.tags });
}

export const archiveVersionInput = z.object({ versionId: z.uuid(), archived: z.boolean().default(true) });

/** Takes a version out of use, or brings it back. CONFLICT while an alias names it. */
export async function archiveVersion(ctx: CoreContext, input: z.input<typeof archiveVersionInput>): Promise<void> {
  const { versionId, archived } = archiveVersionInput.parse(input);
  await editVersion(
    ctx,
    versionId,
    { status: archived ? "archived" : "ready" },
    archived ? "registry.model-version.archive" : "registry.model-version.restore",
    {},
  );
}

async function editVersion(
  ctx: CoreContext,
  versionId: string,
  changes: Partial<Pick<typeof modelVersion.$inferInsert, "card" | "tags" | "status">>,
  action: `registry.${string}.${string}`,
  data: Record<string, unknown>,
): Promise<void> {
  const { version, model } = await requireModelVersion(ctx, { versionId }, "project.write");
  const name = `${model.name} v${version.version}`;
  await ctx.db.transaction(async (tx) => {
    // The card is the version's own text, which the protocol dates; status and tags are not.
    await tx
      .update(modelVersion)
      .set({ ...changes, ...(changes.card === undefined ? {} : { updatedAt: ctx.now() }) })
      .where(eq(modelVersion.id, versionId));
    if (changes.status === "archived") {
      const [alias] = await tx.select({ alias: modelAlias.alias }).from(modelAlias).where(eq(modelAlias.versionId, versionId)).limit(1);
      if (alias) throw new CoreError("CONFLICT", `${name} carries the alias ${alias.alias}. Move or remove the alias first.`);
    }
    await recordAuditEvent(tx, ctx, { action, subject: { kind: "model_version", id: versionId, name }, projectId: model.projectId, data });
    await announce(tx, `model-version:${versionId}`, `models:${model.projectId}`);
  });
}

export const updateModelInput = z.object({ modelId: z.string(), description: z.string().max(4_000).optional(), tags: tags.optional() });

/** Changes what a model says of itself. */
export async function updateModel(ctx: CoreContext, input: z.input<typeof updateModelInput>): Promise<void> {
  const { modelId, ...changes } = updateModelInput.parse(input);
  const model = await requireModel(ctx, modelId, "project.write");
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(registeredModel)
      .set({ ...changes, updatedAt: ctx.now() })
      .where(eq(registeredModel.id, model.id));
    await recordAuditEvent(tx, ctx, {
      action: "registry.model.update",
      subject: { kind: "registered_model", id: model.id, name: model.name },
      projectId: model.projectId,
      data: changes,
    });
    await announce(tx, `models:${model.projectId}`);
  });
}

export const setModelTagsInput = z.object({ modelId: z.string(), tags });

/** Replaces all tags of a model. */
export async function setModelTags(ctx: CoreContext, input: z.input<typeof setModelTagsInput>): Promise<void> {
  await updateModel(ctx, setModelTagsInput.parse(input));
}
