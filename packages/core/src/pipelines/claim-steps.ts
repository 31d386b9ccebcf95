import { attempt, run, step } from "@trellis/db/schema";
import { and, asc, eq, inArray, isNull, lte, or, sql } from "drizzle-orm";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { beginPipelineRun } from "../tracking/index.ts";
import { type LiveAttempt, selectLiveAttempts } from "./live-attempts.ts";
import { recordRunEvents } from "./run-events.ts";

export type Claim = { claimed: LiveAttempt[]; /** No slot is left: others may wait for one. */ full: boolean };

/**
 * Gives free slots to the steps that have waited longest: a new attempt each, committed before anything is started. Slots
 * are counted from live attempts, so none can leak. Rows are locked run first, as everywhere.
 */
export async function claimSteps(ctx: CoreContext, slots: number): Promise<Claim> {
  return ctx.db.transaction(async (tx): Promise<Claim> => {
    const live = await tx.$count(attempt, inArray(attempt.status, ["launching", "running"]));
    const free = slots - live;
    if (free <= 0) return { claimed: [], full: true };
    const now = ctx.now();
    const candidates = await tx
      .select({ id: step.id, runId: step.runId })
      .from(step)
      .innerJoin(run, eq(run.id, step.runId))
      .where(and(eq(step.status, "queued"), or(isNull(step.availableAt), lte(step.availableAt, now)), inArray(run.status, ["queued", "running"])))
      .orderBy(asc(step.queuedAt), asc(step.runId), asc(step.position))
      .limit(free);
    const full = candidates.length === free;
    if (candidates.length === 0) return { claimed: [], full };
    const runIds = [...new Set(candidates.map((row) => row.runId))].toSorted();
    const runs = await tx
      .select({ id: run.id, projectId: run.projectId, status: run.status })
      .from(run)
      .where(inArray(run.id, runIds))
      .orderBy(asc(run.id))
      .for("update");
    const open = runs.filter((row) => row.status === "queued" || row.status === "running");
    const claimed = await tx
      .update(step)
      .set({
        status: "running",
        reason: "",
        attempts: sql`${step.attempts} + 1`,
        startedAt: sql`coalesce(${step.startedAt}, ${now.toISOString()}::timestamptz)`,
        availableAt: null,
        progress: null,
      })
      .where(
        and(
          inArray(
            step.id,
            candidates.map((row) => row.id),
          ),
          eq(step.status, "queued"),
          inArray(
            step.runId,
            open.map((row) => row.id),
          ),
        ),
      )
      .returning({ id: step.id, runId: step.runId, key: step.key, number: step.attempts, queuedAt: step.queuedAt });
    if (claimed.length === 0) return { claimed: [], full };
    const attempts = claimed.map((row) => ({
      id: ctx.newId(),
      runId: row.runId,
      stepId: row.id,
      number: row.number,
      queuedAt: row.queuedAt ?? now,
      launchedAt: now,
    }));
    await tx.insert(attempt).values(attempts);
    await beginRuns(
      tx,
      ctx,
      open.filter((row) => row.status === "queued").map((row) => row.id),
    );
    for (const row of claimed) {
      if (row.number > 1) await forgetResults(tx, row.runId, row.key);
      await recordRunEvents(tx, ctx, row.runId, [{ stepKey: row.key, attempt: row.number, kind: "attempt.launching" }]);
    }
    await announce(tx, ...open.flatMap((row) => [`run:${row.id}` as const, `runs:${row.projectId}` as const]));
    return {
      claimed: await selectLiveAttempts(
        tx,
        inArray(
          attempt.id,
          attempts.map((row) => row.id),
        ),
      ),
      full,
    };
  });
}

async function beginRuns(tx: Transaction, ctx: CoreContext, runIds: string[]): Promise<void> {
  if (runIds.length === 0) return;
  await tx.update(run).set({ status: "running", startedAt: ctx.now(), reason: "" }).where(inArray(run.id, runIds));
  for (const runId of runIds) {
    await beginPipelineRun(tx, ctx, runId);
    await recordRunEvents(tx, ctx, runId, [{ kind: "run.started" }]);
  }
}

/** A new attempt reports from the beginning; what an earlier one reported would mix with it. */
async function forgetResults(tx: Transaction, runId: string, stepKey: string): Promise<void> {
  for (const table of ["metric_point", "metric_latest", "run_param"]) {
    await tx.execute(sql`delete from ${sql.identifier(table)} where run_id = ${runId} and step_key = ${stepKey}`);
  }
}

/** Lets every step that is ready but has no slot say so. */
export async function explainQueue(ctx: CoreContext, slots: number): Promise<void> {
  const live = await ctx.db.$count(attempt, inArray(attempt.status, ["launching", "running"]));
  const reason = `Waiting for a slot (${Math.min(live, slots)} of ${slots} in use)`;
  const changed = await ctx.db
    .update(step)
    .set({ reason })
    .where(and(eq(step.status, "queued"), or(isNull(step.availableAt), lte(step.availableAt, ctx.now())), sql`${step.reason} <> ${reason}`))
    .returning({ runId: step.runId });
  for (const runId of new Set(changed.map((row) => row.runId))) await announce(ctx.db, `run:${runId}`);
}

/** When the scheduler must look again by itself: the end of the next back-off or the next deadline, in milliseconds since 1970. */
export async function nextAppointment(ctx: CoreContext): Promise<number | null> {
  const { rows } = await ctx.db.execute<{ at: number | null }>(sql`select extract(epoch from least(
    (select min(available_at) from step where status = 'queued' and available_at > ${ctx.now().toISOString()}::timestamptz),
    (select min(deadline_at) from attempt where status in ('launching', 'running') and not timed_out)))::float8 * 1000 as at`);
  return rows[0]?.at ?? null;
}
