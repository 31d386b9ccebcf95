import { experiment } from "@trellis/db/schema";
import { and, eq, ne, sql } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { requireExperiment } from "../rights.ts";
import { nameTaken, requireExperimentName, requireExperimentTag } from "./create-experiment.ts";
import { experimentIdIn } from "./default-experiment.ts";
import type { TrackingScope } from "./experiment.ts";

type Named = { scope: TrackingScope; experimentId: number };

/** Gives an experiment another name. */
export async function updateExperiment(ctx: CoreContext, input: Named & { name: string }): Promise<void> {
  requireExperimentName(input.name, "new_name");
  await changeExperiment(ctx, input, async (tx, { id, projectId, name }) => {
    const [other] = await tx
      .select({ id: experiment.id })
      .from(experiment)
      .where(and(eq(experiment.projectId, projectId), eq(experiment.name, input.name), ne(experiment.id, id)));
    if (other) throw nameTaken(input.name);
    await tx.update(experiment).set({ name: input.name, updatedAt: ctx.now() }).where(eq(experiment.id, id));
    await recordAuditEvent(tx, ctx, {
      action: "tracking.experiment.rename",
      subject: { kind: "experiment", id: String(id), name: input.name },
      projectId,
      data: { before: name },
    });
    await announce(tx, `experiments:${projectId}`);
  });
}

/** Sets a tag of an experiment; the last value of a key wins. */
export async function setExperimentTag(ctx: CoreContext, input: Named & { key: string; value: string }): Promise<void> {
  requireExperimentTag(input);
  await changeExperiment(ctx, input, async (tx, { id }) => {
    await tx
      .update(experiment)
      .set({ tags: sql`${experiment.tags} || jsonb_build_object(${input.key}::text, ${input.value}::text)`, updatedAt: ctx.now() })
      .where(eq(experiment.id, id));
  });
}

/** Takes a tag off an experiment; NOT_FOUND when it is not there. */
export async function deleteExperimentTag(ctx: CoreContext, input: Named & { key: string }): Promise<void> {
  await changeExperiment(ctx, input, async (tx, { id }) => {
    const removed = await tx
      .update(experiment)
      .set({ tags: sql`${experiment.tags} - ${input.key}::text`, updatedAt: ctx.now() })
      .where(and(eq(experiment.id, id), sql`jsonb_exists(${experiment.tags}, ${input.key}::text)`))
      .returning({ id: experiment.id });
    if (removed.length === 0) throw new CoreError("NOT_FOUND", `No tag with name: ${input.key} in experiment with id ${id}`);
  });
}

/** Changes an experiment that the actor may write to and that is not deleted, under the lock of its row. */
async function changeExperiment(
  ctx: CoreContext,
  input: Named,
  change: (tx: Transaction, home: { id: number; projectId: string; name: string }) => Promise<void>,
): Promise<void> {
  const experimentId = await experimentIdIn(ctx, input.scope, input.experimentId);
  const { id, projectId, name } = await requireExperiment(ctx, experimentId, "project.write");
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx.select({ deletedAt: experiment.deletedAt }).from(experiment).where(eq(experiment.id, id)).for("no key update");
    if (!row || row.deletedAt) throw experimentInactive(id);
    await change(tx, { id, projectId, name });
    await announce(tx, `experiment:${id}`);
  });
}

/** The INVALID of a write to a deleted experiment, in the words that clients look for. */
export function experimentInactive(id: number): CoreError {
  return new CoreError("INVALID", `The experiment ${id} must be in the 'active' state. Current state is deleted.`);
}
