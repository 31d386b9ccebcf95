import { runTag, trackedRun } from "@trellis/db/schema";
import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { cutText, LIMITS, requireInt64, requireKey } from "../domain/limits.ts";
import { protocolRunId, runNotFound } from "../domain/protocol-ids.ts";
import { RUN_NAME_TAG } from "../domain/run-name-tag.ts";
import { experimentInactive } from "../experiments/update-experiment.ts";
import { requireTrackedRun, type TrackedRunHome } from "../rights.ts";
import { runInactive } from "./log-batch.ts";
import { readTrackedRunInfo, type TrackedRunInfo, type TrackedRunStatus } from "./tracked-run.ts";

/**
 * Says how a client's run stands. What is left out stays; a run that goes on has no end. A pipeline's run is answered as it
 * is: the pipeline knows better.
 */
export async function updateTrackedRun(
  ctx: CoreContext,
  input: { runId: string; status?: TrackedRunStatus | null; endTime?: bigint | null; runName?: string | null },
): Promise<TrackedRunInfo> {
  if (input.endTime != null) requireInt64(input.endTime, "end_time", 0n);
  const home = await requireTrackedRun(ctx, input.runId, "project.write");
  if (home.source === "client") await inActiveRun(ctx, input.runId, home, (tx) => applyUpdate(tx, input));
  const info = await readTrackedRunInfo(ctx.db, input.runId);
  if (!info) throw runNotFound(input.runId);
  return info;
}

async function applyUpdate(tx: Transaction, input: Parameters<typeof updateTrackedRun>[1]): Promise<void> {
  const goesOn = input.status === "RUNNING" || input.status === "SCHEDULED";
  const name = input.runName ? cutText(input.runName, LIMITS.tagValue) : null;
  const change = {
    ...(input.status ? { status: input.status } : {}),
    ...(input.endTime != null ? { endTime: sql`${input.endTime.toString()}::bigint` } : goesOn ? { endTime: null } : {}),
    ...(name ? { name } : {}),
  };
  if (Object.keys(change).length > 0) await tx.update(trackedRun).set(change).where(eq(trackedRun.id, input.runId));
  if (name)
    await tx
      .insert(runTag)
      .values({ runId: input.runId, key: RUN_NAME_TAG, value: name })
      .onConflictDoUpdate({ target: [runTag.runId, runTag.key], set: { value: name } });
}

/** Deletes a client's run, which can be undone until retention removes it. Its logged models stay. Deleting it again changes nothing. */
export async function deleteTrackedRun(ctx: CoreContext, input: { runId: string }): Promise<void> {
  const home = await requireTrackedRun(ctx, input.runId, "project.write");
  if (home.source === "pipeline")
    throw new CoreError("INVALID", `Run ${protocolRunId(input.runId)} is a pipeline's and is kept with the pipeline. It cannot be deleted here.`);
  await markRun(ctx, input.runId, home, "delete");
}

/** Brings a deleted run back; INVALID while its experiment is deleted. Of a run that is not deleted nothing changes. */
export async function restoreTrackedRun(ctx: CoreContext, input: { runId: string }): Promise<void> {
  await markRun(ctx, input.runId, await requireTrackedRun(ctx, input.runId, "project.write"), "restore");
}

async function markRun(ctx: CoreContext, runId: string, home: TrackedRunHome, verb: "delete" | "restore"): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    if (verb === "restore") {
      const { rows } = await tx.execute<{ deleted: boolean }>(
        sql`select deleted_at is not null as deleted from experiment where id = ${home.experimentId} for share`,
      );
      if (rows[0]?.deleted) throw experimentInactive(home.experimentId);
    }
    const [marked] = await tx
      .update(trackedRun)
      .set({ deletedAt: verb === "delete" ? ctx.now() : null })
      .where(and(eq(trackedRun.id, runId), verb === "delete" ? isNull(trackedRun.deletedAt) : isNotNull(trackedRun.deletedAt)))
      .returning({ name: trackedRun.name });
    if (!marked) return;
    await recordAuditEvent(tx, ctx, { action: `tracking.run.${verb}`, subject: { kind: "run", id: runId, name: marked.name }, projectId: home.projectId });
    await announce(tx, `run:${runId}`, `experiment:${home.experimentId}`);
  });
}

/** Takes a tag off a run; NOT_FOUND when it is not there. */
export async function deleteRunTag(ctx: CoreContext, input: { runId: string; key: string }): Promise<void> {
  requireKey(input.key, "key");
  const home = await requireTrackedRun(ctx, input.runId, "project.write");
  await inActiveRun(ctx, input.runId, home, async (tx) => {
    const removed = await tx
      .delete(runTag)
      .where(and(eq(runTag.runId, input.runId), eq(runTag.key, input.key)))
      .returning({ key: runTag.key });
    if (removed.length === 0) throw new CoreError("NOT_FOUND", `No tag with name: ${input.key} in run with id ${protocolRunId(input.runId)}`);
  });
}

/** Changes a run that is not deleted, under the lock of its row, and tells pages of it. */
export async function inActiveRun(ctx: CoreContext, runId: string, home: TrackedRunHome, change: (tx: Transaction) => Promise<void>): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx.select({ deletedAt: trackedRun.deletedAt }).from(trackedRun).where(eq(trackedRun.id, runId)).for("no key update");
    if (!row) throw runNotFound(runId);
    if (row.deletedAt) throw runInactive(runId);
    await change(tx);
    await announce(tx, `run:${runId}`, `experiment:${home.experimentId}`);
  });
}
