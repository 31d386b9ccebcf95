import { attempt, run, step } from "@trellis/db/schema";
import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { storableText } from "../kernel/storable-text.ts";
import { type ArtifactFile, recordArtifacts, recordParams } from "../tracking/index.ts";
import { formatDuration } from "./domain/duration.ts";
import { copyStepResults } from "./copy-step-results.ts";
import { decideRetry } from "./domain/retry.ts";
import { afterStep, waitingReason } from "./domain/run-plan.ts";
import { isStepEnded, type StepStatus } from "./domain/run-state.ts";
import type { LiveAttempt } from "./live-attempts.ts";
import { recordRunEvents, type RunEventDraft } from "./run-events.ts";

export type AttemptOutcome = {
  status: "succeeded" | "failed" | "errored" | "lost" | "cancelled";
  exitCode: number | null;
  reason: string;
  /** Proof that the command never ran: another attempt follows that does not count. */
  neverStarted?: boolean;
  /** The step's result was there already: no command was started, so no attempt stays. */
  cached?: boolean | { /** The step whose results are used. */ stepId: string; runId: string };
  /** Its condition does not hold: no command was started, so no attempt stays. */
  skipped?: boolean;
  /** It was stopped at its deadline. */
  timedOut?: boolean;
  files?: ArtifactFile[];
  params?: Record<string, string>;
  summary?: string | null;
  /** What of its reports could not be used. */
  faults?: string[];
};

type StepRow = { id: string; key: string; status: StepStatus; needs: string[]; reason: string; depsLeft: number };

/**
 * Ends an attempt and lets its step, and the steps after it, go on: all in one transaction, guarded by the attempt's status,
 * so that it happens once however often it is asked. Returns false when it had ended before, and whether the run has nothing
 * left to do.
 */
export async function finishAttempt(ctx: CoreContext, live: LiveAttempt, given: AttemptOutcome): Promise<{ finished: boolean; runDone: boolean }> {
  const outcome = { ...given, reason: storableText(given.reason) };
  return ctx.db.transaction(async (tx) => {
    const [locked] = await tx.select({ status: run.status }).from(run).where(eq(run.id, live.runId)).for("update");
    const isLive = and(eq(attempt.id, live.id), inArray(attempt.status, ["launching", "running"]));
    const wasNeeded = !outcome.skipped && !outcome.cached;
    const [ended] = wasNeeded
      ? await tx
          .update(attempt)
          .set({
            status: outcome.status,
            exitCode: outcome.exitCode,
            reason: outcome.reason,
            endedAt: ctx.now(),
            ...(outcome.neverStarted ? { startedAt: null } : {}),
          })
          .where(isLive)
          .returning({ id: attempt.id })
      : await tx.delete(attempt).where(isLive).returning({ id: attempt.id });
    if (!locked || !ended) return { finished: false, runDone: false };
    if (typeof outcome.cached === "object") {
      await tx.update(step).set({ reusedFrom: outcome.cached.stepId }).where(eq(step.id, live.stepId));
      await copyStepResults(tx, { fromRunId: outcome.cached.runId, toRunId: live.runId, stepKeys: [live.spec.key] });
    }
    if (outcome.files) await recordArtifacts(tx, ctx, { runId: live.runId, stepKey: live.spec.key, attemptId: live.id, files: outcome.files });
    if (outcome.params) await recordParams(tx, { runId: live.runId, stepKey: live.spec.key, params: outcome.params });
    const steps = await tx
      .select({ id: step.id, key: step.key, status: step.status, needs: step.needs, reason: step.reason, depsLeft: step.depsLeft })
      .from(step)
      .where(eq(step.runId, live.runId))
      .orderBy(asc(step.position));
    const events: RunEventDraft[] = (outcome.faults ?? []).map((message) => ({
      stepKey: live.spec.key,
      attempt: live.number,
      kind: "attempt.report-refused",
      message,
    }));
    if (wasNeeded) events.push({ stepKey: live.spec.key, attempt: live.number, kind: `attempt.${outcome.status}`, message: outcome.reason });
    await moveStep(tx, ctx, live, outcome, locked.status === "cancelling", steps, events);
    await recordRunEvents(tx, ctx, live.runId, events);
    await announce(tx, `run:${live.runId}`, `runs:${live.projectId}`);
    return { finished: true, runDone: steps.every((row) => isStepEnded(row.status)) };
  });
}

async function moveStep(
  tx: Transaction,
  ctx: CoreContext,
  live: LiveAttempt,
  outcome: AttemptOutcome,
  cancelling: boolean,
  steps: StepRow[],
  events: RunEventDraft[],
): Promise<void> {
  const own = steps.find((row) => row.id === live.stepId);
  if (!own || own.status !== "running") return;
  if (await requeue(tx, ctx, live, outcome, cancelling, own, events)) return;
  own.status = cancelling ? "cancelled" : stepStatus(outcome);
  await tx
    .update(step)
    .set({
      status: own.status,
      reason: outcome.reason,
      endedAt: ctx.now(),
      depsLeft: 0,
      ...(outcome.cached || outcome.skipped ? { attempts: sql`${step.attempts} - 1`, startedAt: null } : {}),
      ...(outcome.summary === undefined ? {} : { summary: outcome.summary }),
    })
    .where(eq(step.id, own.id));
  events.push({ stepKey: own.key, kind: `step.${own.status}`, message: outcome.reason });
  const why = outcome.skipped ? `Skipped because ${own.key} was skipped` : `Skipped because ${own.key} did not succeed`;
  const { queue, skip } = afterStep(steps, own.key);
  await moveSteps(tx, ctx, steps, queue, { status: "queued", reason: "", depsLeft: 0, queuedAt: ctx.now() }, events);
  await moveSteps(tx, ctx, steps, skip, { status: "skipped", reason: why, endedAt: ctx.now() }, events);
  await explainWaiting(tx, steps, own.key);
}

function stepStatus(outcome: AttemptOutcome): StepStatus {
  if (outcome.cached) return "cached";
  if (outcome.skipped) return "skipped";
  return outcome.status === "lost" ? "errored" : outcome.status;
}

/** Another attempt, if the step's rules grant one. */
async function requeue(
  tx: Transaction,
  ctx: CoreContext,
  live: LiveAttempt,
  outcome: AttemptOutcome,
  cancelling: boolean,
  own: StepRow,
  events: RunEventDraft[],
): Promise<boolean> {
  if (cancelling || outcome.status === "succeeded" || outcome.status === "cancelled") return false;
  const neverStarted = await tx.$count(attempt, and(eq(attempt.stepId, live.stepId), eq(attempt.status, "lost"), isNull(attempt.startedAt)));
  const decision = decideRetry({
    number: live.number,
    neverStarted,
    outcome: outcome.neverStarted ? "never_started" : outcome.status,
    exitCode: outcome.exitCode,
    timedOut: outcome.timedOut ?? false,
    retries: live.spec.retries,
  });
  if (!decision.retry) {
    if (decision.why) outcome.reason = `${outcome.reason}. ${decision.why}`;
    return false;
  }
  const now = ctx.now();
  const reason = decision.delaySeconds > 0 ? `Retries in ${formatDuration(decision.delaySeconds)} (attempt ${live.number + 1})` : "";
  own.status = "queued";
  await tx
    .update(step)
    .set({ status: "queued", reason, queuedAt: now, availableAt: decision.delaySeconds > 0 ? new Date(now.getTime() + decision.delaySeconds * 1_000) : null })
    .where(eq(step.id, own.id));
  events.push({ stepKey: own.key, kind: "step.queued", message: reason || "Made again: the earlier attempt never began" });
  return true;
}

async function moveSteps(
  tx: Transaction,
  ctx: CoreContext,
  steps: StepRow[],
  keys: string[],
  change: Partial<typeof step.$inferInsert> & { status: StepStatus },
  events: RunEventDraft[],
): Promise<void> {
  if (keys.length === 0) return;
  const moved = steps.filter((row) => keys.includes(row.key));
  for (const row of moved) row.status = change.status;
  await tx
    .update(step)
    .set(change)
    .where(
      and(
        inArray(
          step.id,
          moved.map((row) => row.id),
        ),
        eq(step.status, "waiting"),
      ),
    );
  events.push(...moved.map((row) => ({ stepKey: row.key, kind: `step.${change.status}`, message: change.reason ?? "" })));
}

/** Steps that still wait for others say for which. */
async function explainWaiting(tx: Transaction, steps: StepRow[], ended: string): Promise<void> {
  const waiting = steps.filter((row) => row.status === "waiting" && row.needs.includes(ended));
  if (waiting.length === 0) return;
  await tx.execute(sql`update step set reason = given.reason, deps_left = greatest(step.deps_left - 1, 0)
    from unnest(${sql.param(waiting.map((row) => row.id))}::uuid[], ${sql.param(waiting.map((row) => waitingReason(row, steps)))}::text[]) as given(id, reason) where step.id = given.id`);
}
