import { attempt, run, step } from "@trellis/db/schema";
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { beginPipelineRun } from "../tracking/index.ts";
import { formatSize } from "./domain/size.ts";
import { type LiveAttempt, selectLiveAttempts } from "./live-attempts.ts";
import { recordRunEvents } from "./run-events.ts";

export type Claim = { claimed: LiveAttempt[]; /** Something is left that fits no more: others may wait for it. */ full: boolean };

/** What the machine gives to steps. */
export type Capacity = { slots: number; memoryBytes: number };

/**
 * Gives what is free to the steps of the greatest priority that have waited longest: a new attempt each, committed before
 * anything is started. What is taken is counted from live attempts, so none can leak. A step that does not fit lets nobody
 * pass, so it cannot starve; runs beyond their pipeline's concurrency do not take part. Rows are locked run first, as everywhere.
 */
export async function claimSteps(ctx: CoreContext, capacity: Capacity): Promise<Claim> {
  return ctx.db.transaction(async (tx): Promise<Claim> => {
    const taken = await takenOf(tx, capacity);
    const free = capacity.slots - taken.slots;
    if (free <= 0) return { claimed: [], full: true };
    const now = ctx.now();
    const line = await selectLine(tx, now, free);
    const candidates = firstThatFit(line, taken, capacity);
    const full = candidates.length < line.length || line.length === free;
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

type Waiting = { id: string; runId: string; cpu: number; memoryBytes: number };

/** What live attempts take. A step that asks for more than there is takes all. */
async function takenOf(db: CoreContext["db"] | Transaction, { slots, memoryBytes }: Capacity): Promise<Capacity> {
  const { rows } = await db.execute<{ slots: number; memoryBytes: number }>(sql`
    select coalesce(sum(least(s.cpu, ${slots}::int)), 0)::int as slots, coalesce(sum(least(s.memory_bytes, ${memoryBytes}::bigint)), 0)::float8 as "memoryBytes"
    from attempt a join step s on s.id = a.step_id where a.status in ('launching', 'running')`);
  return rows[0] ?? { slots: 0, memoryBytes: 0 };
}

/** Steps that may begin, the next first. */
async function selectLine(tx: Transaction, now: Date, limit: number): Promise<Waiting[]> {
  const { rows } = await tx.execute<Waiting>(sql`
    select s.id, s.run_id as "runId", s.cpu, s.memory_bytes::float8 as "memoryBytes" from step s join (${LIVE_RUNS}) r on r.id = s.run_id
    where s.status = 'queued' and (s.available_at is null or s.available_at <= ${now.toISOString()}::timestamptz) and ${HAS_TURN}
    order by r.priority desc, s.queued_at, s.run_id, s.position limit ${limit}`);
  return rows;
}

/** Live runs with their place among those of their pipeline; runs that go on come first. */
const LIVE_RUNS = sql`select run.id, run.project_id, run.status, run.priority, run.concurrency, b.concurrency as backfill_concurrency,
  row_number() over (partition by run.project_id, run.pipeline_name order by run.status = 'queued', run.priority desc, run.created_at, run.id) as place,
  row_number() over (partition by run.backfill_id order by run.status = 'queued', run.priority desc, run.created_at, run.id) as backfill_place
  from run left join backfill b on b.id = run.backfill_id where run.status in ('queued', 'running', 'cancelling')`;
const HAS_TURN = sql`(r.status = 'running' or (r.status = 'queued' and (r.concurrency is null or r.place <= r.concurrency)
  and (r.backfill_concurrency is null or r.backfill_place <= r.backfill_concurrency)))`;

function firstThatFit(line: readonly Waiting[], taken: Capacity, capacity: Capacity): Waiting[] {
  const left = { slots: capacity.slots - taken.slots, memoryBytes: capacity.memoryBytes - taken.memoryBytes };
  const fitting: Waiting[] = [];
  for (const row of line) {
    left.slots -= Math.min(row.cpu, capacity.slots);
    left.memoryBytes -= Math.min(row.memoryBytes, capacity.memoryBytes);
    if (left.slots < 0 || left.memoryBytes < 0) break;
    fitting.push(row);
  }
  return fitting;
}

/** Lets every step that is ready but finds no room say so. */
export async function explainQueue(ctx: CoreContext, capacity: Capacity): Promise<void> {
  const taken = await takenOf(ctx.db, capacity);
  const slots = `${Math.min(taken.slots, capacity.slots)} of ${capacity.slots} in use`;
  const memory = `${formatSize(taken.memoryBytes)} of ${formatSize(capacity.memoryBytes)} in use`;
  const { rows } = await ctx.db.execute<{ runId: string }>(sql`
    update step set reason = given.reason from (
      select s.id, case
        when s.memory_bytes > 0 and least(s.memory_bytes, ${capacity.memoryBytes}::bigint) > ${capacity.memoryBytes - taken.memoryBytes}::bigint then ${`Waiting for memory (${memory})`}
        when least(s.cpu, ${capacity.slots}::int) > 1 then 'Waiting for ' || least(s.cpu, ${capacity.slots}::int) || ${` slots (${slots})`}
        else ${`Waiting for a slot (${slots})`} end as reason
      from step s join (${LIVE_RUNS}) r on r.id = s.run_id
      where s.status = 'queued' and (s.available_at is null or s.available_at <= ${ctx.now().toISOString()}::timestamptz) and ${HAS_TURN}) given
    where given.id = step.id and step.status = 'queued' and step.reason <> given.reason returning step.run_id as "runId"`);
  for (const runId of new Set(rows.map((row) => row.runId))) await announce(ctx.db, `run:${runId}`);
}

/** Lets every run that waits for others of its pipeline say so, and its first steps too. */
export async function explainTurns(ctx: CoreContext): Promise<void> {
  const { rows } = await ctx.db.execute<{ id: string; projectId: string; reason: string }>(sql`
    update run set reason = given.reason from (
      select r.id, 'Waiting for its turn: ' || case when r.place > r.concurrency
        then r.concurrency || (case r.concurrency when 1 then ' run' else ' runs' end) || ' of this pipeline at a time'
        else r.backfill_concurrency || (case r.backfill_concurrency when 1 then ' run' else ' runs' end) || ' of this backfill at a time' end as reason
      from (${LIVE_RUNS}) r where r.status = 'queued' and (r.place > r.concurrency or r.backfill_place > r.backfill_concurrency)) given
    where given.id = run.id and run.status = 'queued' and run.reason <> given.reason returning run.id, run.project_id as "projectId", run.reason`);
  if (rows.length === 0) return;
  await ctx.db.execute(sql`update step set reason = run.reason from run
    where run.id = step.run_id and run.id = any(${sql.param(rows.map((row) => row.id))}::uuid[]) and step.status = 'queued'`);
  await announce(ctx.db, ...rows.flatMap((row) => [`run:${row.id}` as const, `runs:${row.projectId}` as const]));
}

/** When the scheduler must look again by itself: the end of the next back-off, the next deadline or the next firing, in milliseconds since 1970. */
export async function nextAppointment(ctx: CoreContext): Promise<number | null> {
  const { rows } = await ctx.db.execute<{ at: number | null }>(sql`select extract(epoch from least(
    (select min(available_at) from step where status = 'queued' and available_at > ${ctx.now().toISOString()}::timestamptz),
    (select min(next_fire_at) from pipeline_trigger where next_fire_at is not null),
    (select min(deadline_at) from attempt where status in ('launching', 'running') and not timed_out)))::float8 * 1000 as at`);
  return rows[0]?.at ?? null;
}

/** Whether a run is under way or waits: then something may have to be looked after that nobody announces. */
export async function isAnyRunLive(ctx: CoreContext): Promise<boolean> {
  const { rows } = await ctx.db.execute<{ live: boolean }>(sql`select exists (select from run where status in ('queued', 'running', 'cancelling')) as live`);
  return rows[0]?.live ?? false;
}
