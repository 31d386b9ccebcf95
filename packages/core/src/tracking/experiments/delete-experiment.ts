import { experiment, trackedRun } from "@trellis/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { experimentNotFound } from "../domain/protocol-ids.ts";
import { requireExperiment } from "../rights.ts";
import { experimentIdIn } from "./default-experiment.ts";
import type { TrackingScope } from "./experiment.ts";

/**
 * Deletes an experiment and its runs, which can be undone until retention removes them. INVALID when it holds runs of a
 * pipeline, NOT_FOUND when it is deleted already.
 */
export async function deleteExperiment(ctx: CoreContext, input: { scope: TrackingScope; experimentId: number }): Promise<void> {
  const experimentId = await experimentIdIn(ctx, input.scope, input.experimentId);
  const { id, projectId, name } = await requireExperiment(ctx, experimentId, "project.write");
  const at = ctx.now();
  await ctx.db.transaction(async (tx) => {
    const marked = await tx
      .update(experiment)
      .set({ deletedAt: at, updatedAt: at })
      .where(and(eq(experiment.id, id), isNull(experiment.deletedAt)))
      .returning({ id: experiment.id });
    if (marked.length === 0) throw experimentNotFound(id);
    const ofPipeline = await tx.$count(trackedRun, and(eq(trackedRun.experimentId, id), eq(trackedRun.source, "pipeline")));
    if (ofPipeline > 0) throw new CoreError("INVALID", `Experiment ${id} holds runs of the pipeline ${name} and stays as long as they do.`);
    await tx
      .update(trackedRun)
      .set({ deletedAt: at })
      .where(and(eq(trackedRun.experimentId, id), isNull(trackedRun.deletedAt)));
    await recordAuditEvent(tx, ctx, { action: "tracking.experiment.delete", subject: { kind: "experiment", id: String(id), name }, projectId });
    await announce(tx, `experiments:${projectId}`, `experiment:${id}`);
  });
}

/** Brings a deleted experiment back, with the runs that were deleted with it; NOT_FOUND when it is not deleted. */
export async function restoreExperiment(ctx: CoreContext, input: { scope: TrackingScope; experimentId: number }): Promise<void> {
  const experimentId = await experimentIdIn(ctx, input.scope, input.experimentId);
  const { id, projectId, name } = await requireExperiment(ctx, experimentId, "project.write");
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx.select({ deletedAt: experiment.deletedAt }).from(experiment).where(eq(experiment.id, id)).for("no key update");
    if (!row?.deletedAt) throw experimentNotFound(id);
    await tx.update(experiment).set({ deletedAt: null, updatedAt: ctx.now() }).where(eq(experiment.id, id));
    // Runs that somebody had deleted before keep an earlier moment, and stay deleted.
    await tx.execute(sql`update tracked_run set deleted_at = null where experiment_id = ${id} and deleted_at = ${row.deletedAt.toISOString()}::timestamptz`);
    await recordAuditEvent(tx, ctx, { action: "tracking.experiment.restore", subject: { kind: "experiment", id: String(id), name }, projectId });
    await announce(tx, `experiments:${projectId}`, `experiment:${id}`);
  });
}
