import { rm } from "node:fs/promises";
import { attempt } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { announce } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { isCoreError } from "../kernel/errors.ts";
import { attemptFolders, removeWorkFolder, sourceFolder } from "./attempt-folder.ts";
import { collectOutputs } from "./collect-outputs.ts";
import { decideStep } from "./decide-step.ts";
import { exitReason } from "./domain/exit-reason.ts";
import { formatDuration } from "./domain/duration.ts";
import { type AttemptOutcome, finishAttempt } from "./finish-attempt.ts";
import type { LiveAttempt } from "./live-attempts.ts";
import { OutputReader } from "./output-reader.ts";
import { type ExecutionHandle, type ExecutionState, ExecutorCapability } from "./ports.ts";
import { type AttemptPlaces, prepareAttempt, requestOf } from "./prepare-attempt.ts";
import { recordRunEvents } from "./run-events.ts";
import { settleRun } from "./settle-run.ts";
import { watchFolder } from "./watch-folder.ts";

/** How long a command may take to end after it was asked to. */
export const CANCEL_GRACE_MS = 10_000;
const LEAST_MS_BETWEEN_LOOKS = 500;
const LOG_CHUNK_BYTES = 4 * 1024 * 1024;
const LOG_TAIL_BYTES = 8 * 1024;

export type Supervision = {
  places: AttemptPlaces;
  /** Aborts when the scheduler lets go. */
  signal: AbortSignal;
  /** A deadline begins to run. */
  onDeadline(): void;
};

/** Takes a new attempt from its row to its end: prepare, submit, watch, finish. Stops, leaving it for the next, when `signal` aborts. */
export async function launchAttempt(ctx: CoreContext, live: LiveAttempt, supervision: Supervision): Promise<void> {
  const { places, signal } = supervision;
  let preparation;
  try {
    const outcome = await decideStep(ctx, live);
    preparation = outcome ? { outcome } : await prepareAttempt(ctx, live, places);
  } catch (error) {
    signal.throwIfAborted();
    ctx.log.warn({ attemptId: live.id, error: String(error) }, "an attempt could not be prepared");
    return end(ctx, live, places, {
      status: "errored",
      exitCode: null,
      reason: `It could not be prepared: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
  signal.throwIfAborted();
  if ("outcome" in preparation) return end(ctx, live, places, preparation.outcome);
  if ("cached" in preparation) return end(ctx, live, places, { status: "succeeded", exitCode: null, reason: preparation.cached, cached: true });
  const handle = await ctx.resolve(ExecutorCapability).submit(preparation.request);
  await markRunning(ctx, live, handle, supervision);
  await watchAttempt(ctx, live, handle, supervision);
}

/** Takes up an attempt that an earlier scheduler left: adopts it, finishes it, or proves that it never began. */
export async function recoverAttempt(ctx: CoreContext, live: LiveAttempt, supervision: Supervision): Promise<void> {
  const { places, signal } = supervision;
  const executor = ctx.resolve(ExecutorCapability);
  const state = await executor.poll(live.id, live.handle);
  signal.throwIfAborted();
  if (state.state !== "running") return completeAttempt(ctx, live, places, state, null);
  // Submitting again starts nothing and gives back the handle that was lost.
  const handle = live.handle ?? (await executor.submit(await requestOf(ctx, live, places)));
  if (live.status === "launching") await markRunning(ctx, live, handle, supervision);
  await watchAttempt(ctx, live, handle, supervision);
}

async function markRunning(ctx: CoreContext, live: LiveAttempt, handle: ExecutionHandle, { onDeadline }: Supervision): Promise<void> {
  const now = ctx.now();
  const { timeoutSeconds } = live.spec;
  const cancelWanted = await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .update(attempt)
      .set({ status: "running", handle, startedAt: now, deadlineAt: timeoutSeconds === null ? null : new Date(now.getTime() + timeoutSeconds * 1_000) })
      .where(and(eq(attempt.id, live.id), eq(attempt.status, "launching")))
      .returning({ cancelRequested: attempt.cancelRequested });
    if (!row) return false;
    await recordRunEvents(tx, ctx, live.runId, [{ stepKey: live.spec.key, attempt: live.number, kind: "attempt.running" }]);
    await announce(tx, `run:${live.runId}`);
    return row.cancelRequested;
  });
  if (timeoutSeconds !== null) onDeadline();
  if (cancelWanted) await ctx.resolve(ExecutorCapability).cancel(live.id, handle, CANCEL_GRACE_MS);
}

async function watchAttempt(ctx: CoreContext, live: LiveAttempt, handle: ExecutionHandle, { places, signal }: Supervision): Promise<void> {
  const { output } = attemptFolders(places.rootFolder, live.runId, live.id);
  const reader = new OutputReader(ctx, live, output);
  const watcher = watchFolder(
    output,
    LEAST_MS_BETWEEN_LOOKS,
    () => reader.read(false),
    (error) => ctx.log.warn({ attemptId: live.id, error: String(error) }, "reports of a step could not be read"),
  );
  let state: ExecutionState;
  try {
    state = await ctx.resolve(ExecutorCapability).wait(live.id, handle, signal);
  } finally {
    await watcher.stop();
  }
  await completeAttempt(ctx, live, places, state, reader);
}

async function completeAttempt(ctx: CoreContext, live: LiveAttempt, places: AttemptPlaces, state: ExecutionState, known: OutputReader | null): Promise<void> {
  const folders = attemptFolders(places.rootFolder, live.runId, live.id);
  const reader = known ?? new OutputReader(ctx, live, folders.output);
  const began = state.state !== "never_started";
  if (began) await reader.read(true);
  const results = began ? await reader.readResults() : {};
  const outcome = await judge(ctx, live, folders.work, state);
  await end(ctx, live, places, { ...outcome, ...results, faults: reader.faults });
}

/** What an execution's end means for the attempt. A wish to stop it outweighs how it then ended. */
async function judge(ctx: CoreContext, live: LiveAttempt, workFolder: string, state: ExecutionState): Promise<AttemptOutcome> {
  const [wish] = await ctx.db.select({ cancelRequested: attempt.cancelRequested, timedOut: attempt.timedOut }).from(attempt).where(eq(attempt.id, live.id));
  const exitCode = state.state === "exited" ? state.exitCode : null;
  if (wish?.cancelRequested) return { status: "cancelled", exitCode, reason: "Cancelled" };
  if (wish?.timedOut)
    return { status: "failed", exitCode, timedOut: true, reason: `Timed out: it was stopped after ${formatDuration(live.spec.timeoutSeconds ?? 0)}` };
  switch (state.state) {
    case "running":
      throw new Error(`Attempt ${live.id} was judged while it ran`);
    case "never_started":
      return { status: "lost", exitCode: null, reason: "The command never began", neverStarted: true };
    case "lost":
      return { status: "lost", exitCode: null, reason: state.reason };
    case "exited":
      if (state.exitCode !== 0) return { status: "failed", exitCode: state.exitCode, reason: exitReason(state.exitCode, await readLogTail(ctx, live.id)) };
      return keepOutputs(ctx, live, workFolder);
  }
}

async function keepOutputs(ctx: CoreContext, live: LiveAttempt, workFolder: string): Promise<AttemptOutcome> {
  try {
    return { status: "succeeded", exitCode: 0, reason: "", files: await collectOutputs(ctx, workFolder, live.spec.outputs) };
  } catch (error) {
    if (isCoreError(error) && error.code === "INVALID") return { status: "failed", exitCode: 0, reason: error.message };
    throw error;
  }
}

async function end(ctx: CoreContext, live: LiveAttempt, places: AttemptPlaces, outcome: AttemptOutcome): Promise<void> {
  const { runDone } = await finishAttempt(ctx, live, outcome);
  if (runDone) await settleRun(ctx, live.runId);
  if (runDone) await rm(sourceFolder(places.rootFolder, live.runId), { recursive: true, force: true });
  await removeWorkFolder(attemptFolders(places.rootFolder, live.runId, live.id)).catch((error: unknown) =>
    ctx.log.warn({ attemptId: live.id, error: String(error) }, "a work folder could not be removed"),
  );
}

async function readLogTail(ctx: CoreContext, attemptId: string): Promise<string> {
  const executor = ctx.resolve(ExecutorCapability);
  let tail = Buffer.alloc(0);
  try {
    for (let offset = 0; ;) {
      const chunk = await executor.readLogs(attemptId, offset, { limit: LOG_CHUNK_BYTES });
      tail = Buffer.concat([tail, chunk.content]).subarray(-LOG_TAIL_BYTES);
      if (chunk.end || chunk.content.length === 0) return tail.toString("utf8");
      offset = chunk.nextOffset;
    }
  } catch (error) {
    ctx.log.warn({ attemptId, error: String(error) }, "the log of a failed step could not be read");
    return tail.toString("utf8");
  }
}
