import { loggedModel } from "@trellis/db/schema";
import { sql } from "drizzle-orm";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { generatedName } from "../domain/generated-name.ts";
import { cutText, invalidValue, type KeyValue, LIMITS, requireKey, requireText } from "../domain/limits.ts";
import { experimentNotFound, modelNotFound } from "../domain/protocol-ids.ts";
import { experimentIdIn } from "../experiments/default-experiment.ts";
import type { TrackingScope } from "../experiments/experiment.ts";
import { experimentInactive } from "../experiments/update-experiment.ts";
import { requireExperiment } from "../rights.ts";
import { type LoggedModel, readLoggedModels } from "./logged-model.ts";

/** Begins a model, of which files come later; a name that is left out is made up. INVALID when the experiment is deleted. */
export async function createLoggedModel(
  ctx: CoreContext,
  input: {
    scope: TrackingScope;
    experimentId: number;
    name?: string | null;
    modelType?: string | null;
    sourceRunId?: string | null;
    params?: readonly KeyValue[];
    tags?: readonly KeyValue[];
  },
): Promise<LoggedModel> {
  const name = input.name || generatedName();
  requireModelName(name);
  const params = checkedModelParams(input.params ?? []);
  const tags = checkedModelTags(input.tags ?? []);
  const experimentId = await experimentIdIn(ctx, input.scope, input.experimentId);
  await requireExperiment(ctx, experimentId, "project.write");
  const id = ctx.newId();
  await ctx.db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ deleted: boolean }>(
      sql`select deleted_at is not null as deleted from experiment where id = ${experimentId}::int for share`,
    );
    if (!rows[0]) throw experimentNotFound(experimentId);
    if (rows[0].deleted) throw experimentInactive(experimentId);
    await tx.insert(loggedModel).values({
      id,
      experimentId,
      name,
      modelType: input.modelType ? cutText(input.modelType, LIMITS.experimentName) : null,
      status: "LOGGED_MODEL_PENDING",
      sourceRunId: input.sourceRunId ? cutText(input.sourceRunId, LIMITS.experimentName) : null,
      params,
      tags,
      createdBy: ctx.actor.name,
      createdAt: ctx.now(),
      updatedAt: ctx.now(),
    });
    await announce(tx, `experiment:${experimentId}`);
  });
  const [made] = await readLoggedModels(ctx.db, [id]);
  if (!made) throw modelNotFound(id);
  return made;
}

/** Parameters of a model as they are stored: a later value of a key wins. */
export function checkedModelParams(params: readonly KeyValue[]): Record<string, string> {
  return checked(params, "params", LIMITS.paramValue);
}

/** Tags of a model as they are stored: a later value of a key wins. */
export function checkedModelTags(tags: readonly KeyValue[]): Record<string, string> {
  return checked(tags, "tags", LIMITS.tagValue);
}

function checked(entries: readonly KeyValue[], field: string, limit: number): Record<string, string> {
  entries.forEach(({ key }, index) => requireKey(key, `${field}[${index}].key`));
  return Object.fromEntries(entries.map(({ key, value }) => [key, cutText(value, limit)]));
}

function requireModelName(name: string): void {
  requireText(name, "name", LIMITS.experimentName);
  if (/[/:.%"']/.test(name)) throw invalidValue("name", name, `A model's name has none of / : . % " '`);
}
