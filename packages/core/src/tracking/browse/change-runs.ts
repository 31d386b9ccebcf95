import { z } from "zod";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import { logBatch } from "../runs/log-batch.ts";
import { deleteRunTag, deleteTrackedRun, restoreTrackedRun } from "../runs/update-tracked-run.ts";
import { requireTrackedRuns } from "./require-tracked-runs.ts";

const runIds = z.array(z.uuid()).min(1).max(500);

export const changeRunsInput = z.object({ runIds });
export const tagRunsInput = z.object({
  runIds,
  key: z.string().trim().min(1).max(250),
  /** Null takes the tag away. */
  value: z.string().max(8_000).nullable(),
});

/** What became of each: those that were refused, with the reason for people. */
export type RunsChanged = { changed: string[]; refused: { runId: string; message: string }[] };

/** Deletes runs of clients one by one; runs of pipelines are refused. They can be restored until retention removes them. */
export async function deleteRuns(ctx: CoreContext, input: z.infer<typeof changeRunsInput>): Promise<RunsChanged> {
  return eachRun(ctx, input.runIds, (runId) => deleteTrackedRun(ctx, { runId }));
}

/** Brings deleted runs back. */
export async function restoreRuns(ctx: CoreContext, input: z.infer<typeof changeRunsInput>): Promise<RunsChanged> {
  return eachRun(ctx, input.runIds, (runId) => restoreTrackedRun(ctx, { runId }));
}

/** Gives runs a tag, or takes it away from those that have it. */
export async function tagRuns(ctx: CoreContext, input: z.infer<typeof tagRunsInput>): Promise<RunsChanged> {
  const { key, value } = input;
  return eachRun(ctx, input.runIds, (runId) => (value === null ? deleteRunTag(ctx, { runId, key }) : logBatch(ctx, { runId, tags: [{ key, value }] })));
}

/**
 * One run at a time, each in a transaction of its own. A run that is not there, or not the actor's to change, stops all of it
 * before it begins; when none could be changed the first refusal is thrown.
 */
async function eachRun(ctx: CoreContext, ids: readonly string[], change: (runId: string) => Promise<void>): Promise<RunsChanged> {
  await requireTrackedRuns(ctx, ids, "project.write");
  const result: RunsChanged = { changed: [], refused: [] };
  let first: unknown;
  for (const runId of new Set(ids)) {
    try {
      await change(runId);
      result.changed.push(runId);
    } catch (error) {
      if (!isCoreError(error)) throw error;
      first ??= error;
      result.refused.push({ runId, message: error.message });
    }
  }
  if (result.changed.length === 0 && first !== undefined) throw first;
  return result;
}
