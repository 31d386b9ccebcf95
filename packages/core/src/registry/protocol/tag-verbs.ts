import { modelVersion, registeredModel } from "@trellis/db/schema";
import { eq, sql } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import type { RegisteredModel } from "../require-model.ts";
import { tellWebhooks } from "../webhooks/tell-webhooks.ts";
import { type KeyValue, requireTag } from "./limits.ts";
import { type NamedVersion, requireModelNamed, requireVersionNamed } from "./require-named.ts";

/** Sets one tag of a model; others stay. Two clients that set different tags at once both keep theirs. */
export async function setRegisteredModelTag(ctx: CoreContext, input: { name: string } & KeyValue): Promise<void> {
  requireTag(input);
  const model = await requireModelNamed(ctx, input.name, "project.write");
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(registeredModel)
      .set({ tags: withTag(registeredModel.tags, input) })
      .where(eq(registeredModel.id, model.id));
    await writeDown(tx, ctx, model, null, { set: input.key, value: input.value });
    await tellWebhooks(tx, ctx, model.id, { kind: "model-tag-set", key: input.key, value: input.value });
  });
}

/** Takes one tag of a model away; nothing happens when it is not there. */
export async function deleteRegisteredModelTag(ctx: CoreContext, input: { name: string; key: string }): Promise<void> {
  const model = await requireModelNamed(ctx, input.name, "project.write");
  if (!Object.hasOwn(model.tags, input.key)) return;
  await ctx.db.transaction(async (tx) => {
    // Before the tag that may make it a prompt is gone.
    await tellWebhooks(tx, ctx, model.id, { kind: "model-tag-deleted", key: input.key });
    await tx
      .update(registeredModel)
      .set({ tags: sql`${registeredModel.tags} - ${input.key}::text` })
      .where(eq(registeredModel.id, model.id));
    await writeDown(tx, ctx, model, null, { deleted: input.key });
  });
}

/** Sets one tag of a version; others stay. */
export async function setModelVersionTag(ctx: CoreContext, input: NamedVersion & KeyValue): Promise<void> {
  requireTag(input);
  const { model, version } = await requireVersionNamed(ctx, input, "project.write");
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(modelVersion)
      .set({ tags: withTag(modelVersion.tags, input) })
      .where(eq(modelVersion.id, version.id));
    await writeDown(tx, ctx, model, version, { set: input.key, value: input.value });
    await tellWebhooks(tx, ctx, model.id, { kind: "version-tag-set", version: version.version, key: input.key, value: input.value });
  });
}

/** Takes one tag of a version away; nothing happens when it is not there. */
export async function deleteModelVersionTag(ctx: CoreContext, input: NamedVersion & { key: string }): Promise<void> {
  const { model, version } = await requireVersionNamed(ctx, input, "project.write");
  if (!Object.hasOwn(version.tags, input.key)) return;
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(modelVersion)
      .set({ tags: sql`${modelVersion.tags} - ${input.key}::text` })
      .where(eq(modelVersion.id, version.id));
    await writeDown(tx, ctx, model, version, { deleted: input.key });
    await tellWebhooks(tx, ctx, model.id, { kind: "version-tag-deleted", version: version.version, key: input.key });
  });
}

function withTag(column: typeof registeredModel.tags | typeof modelVersion.tags, { key, value }: KeyValue) {
  return sql`${column} || jsonb_build_object(${key}::text, ${value}::text)`;
}

async function writeDown(
  tx: Transaction,
  ctx: CoreContext,
  model: RegisteredModel,
  version: { id: string; version: number } | null,
  data: Record<string, unknown>,
): Promise<void> {
  await recordAuditEvent(tx, ctx, {
    action: version ? "registry.model-version.set-tags" : "registry.model.set-tags",
    subject: version
      ? { kind: "model_version", id: version.id, name: `${model.name} v${version.version}` }
      : { kind: "registered_model", id: model.id, name: model.name },
    projectId: model.projectId,
    data,
  });
  await announce(tx, `models:${model.projectId}`, ...(version ? ([`model-version:${version.id}`] as const) : []));
}
