import { loggedModel } from "@trellis/db/schema";
import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { invalidValue, type KeyValue } from "../domain/limits.ts";
import { modelNotFound, protocolModelId } from "../domain/protocol-ids.ts";
import { type LoggedModelHome, requireLoggedModel } from "../rights.ts";
import { checkedModelParams, checkedModelTags } from "./create-logged-model.ts";
import { getLoggedModel } from "./get-logged-model.ts";
import type { LoggedModel, LoggedModelStatus } from "./logged-model.ts";

/** Says that the files of a model are complete, or could not be sent. It may be said again, and differently. */
export async function finalizeLoggedModel(
  ctx: CoreContext,
  input: { modelId: string; status: Exclude<LoggedModelStatus, "LOGGED_MODEL_PENDING"> },
): Promise<LoggedModel> {
  await changeModel(ctx, input.modelId, { status: input.status, updatedAt: ctx.now() });
  return getLoggedModel(ctx, input);
}

/** Deletes a model, until retention removes it; NOT_FOUND when it is deleted already. */
export async function deleteLoggedModel(ctx: CoreContext, input: { modelId: string }): Promise<void> {
  await changeModel(ctx, input.modelId, { deletedAt: ctx.now(), updatedAt: ctx.now() }, async (tx, { projectId }, name) =>
    recordAuditEvent(tx, ctx, { action: "tracking.logged-model.delete", subject: { kind: "logged-model", id: input.modelId, name }, projectId }),
  );
}

/** Sets tags of a model; the last value of a key wins. */
export async function setLoggedModelTags(ctx: CoreContext, input: { modelId: string; tags: readonly KeyValue[] }): Promise<void> {
  const tags = checkedModelTags(input.tags);
  await changeModel(ctx, input.modelId, { tags: sql`${loggedModel.tags} || ${JSON.stringify(tags)}::jsonb` });
}

/** Takes a tag off a model; NOT_FOUND when it is not there. */
export async function deleteLoggedModelTag(ctx: CoreContext, input: { modelId: string; key: string }): Promise<void> {
  await changeModel(ctx, input.modelId, { tags: sql`${loggedModel.tags} - ${input.key}::text` }, async (_tx, _home, _name, before) => {
    if (!Object.hasOwn(before.tags, input.key))
      throw new CoreError("NOT_FOUND", `No tag with key '${input.key}' found for model with ID '${protocolModelId(input.modelId)}'.`);
  });
}

/** Adds parameters of a model; one that is there keeps its value, and another value for it is INVALID. */
export async function logLoggedModelParams(ctx: CoreContext, input: { modelId: string; params: readonly KeyValue[] }): Promise<void> {
  const params = checkedModelParams(input.params);
  await changeModel(ctx, input.modelId, { params: sql`${loggedModel.params} || ${JSON.stringify(params)}::jsonb` }, async (_tx, _home, _name, before) => {
    const changed = Object.keys(params).find((key) => Object.hasOwn(before.params, key) && before.params[key] !== params[key]);
    if (changed !== undefined)
      throw invalidValue("params", changed, `Changing param values is not allowed. It was logged with value='${before.params[changed]}'.`);
  });
}

type Before = Pick<typeof loggedModel.$inferSelect, "tags" | "params">;
type Change = Partial<{ status: LoggedModelStatus; updatedAt: Date; deletedAt: Date; tags: SQL; params: SQL }>;

/** Changes a model that is not deleted, under the lock of its row. `check` sees what it was before, and may refuse. */
async function changeModel(
  ctx: CoreContext,
  modelId: string,
  change: Change,
  check?: (tx: Transaction, home: LoggedModelHome, name: string, before: Before) => Promise<void>,
): Promise<void> {
  const home = await requireLoggedModel(ctx, modelId, "project.write");
  await ctx.db.transaction(async (tx) => {
    const [before] = await tx
      .select({ name: loggedModel.name, tags: loggedModel.tags, params: loggedModel.params })
      .from(loggedModel)
      .where(and(eq(loggedModel.id, modelId), isNull(loggedModel.deletedAt)))
      .for("no key update");
    if (!before) throw modelNotFound(modelId);
    await check?.(tx, home, before.name, before);
    await tx.update(loggedModel).set(change).where(eq(loggedModel.id, modelId));
    await announce(tx, `experiment:${home.experimentId}`);
  });
}
