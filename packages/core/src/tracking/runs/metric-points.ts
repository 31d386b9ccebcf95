import { type SQL, sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { invalidValue } from "../domain/limits.ts";
import { pointToken, readPointToken } from "../domain/point-token.ts";
import { requireTrackedRun } from "../rights.ts";
import type { MetricValue } from "./tracked-run.ts";

/** A point with the run that it belongs to. */
export type TrackedRunPoint = MetricValue & { runId: string };

const MAX_RUNS = 100;
/** Most points of an answer for several runs, and of each run in a sampled one. */
const MAX_POINTS = 25_000;
const MAX_STEPS = 2_500;

/** Points as columns in one row: parsed several times faster than rows. Bigints and values are text, so that nothing is lost. */
type Columns = { runs: string[] | null; timestamps: string[] | null; steps: string[] | null; values: (number | string)[] | null };

/**
 * Points of a metric in the order of time, step and value, page by page; without `maxResults` all of them. An unknown key has
 * none. INVALID for a token that is not from the page before.
 */
export async function metricHistoryPage(
  ctx: CoreContext,
  input: { runId: string; key: string; maxResults?: number | null; pageToken?: string | null },
): Promise<{ metrics: MetricValue[]; nextPageToken: string | null }> {
  const after = input.pageToken ? readPointToken(input.pageToken) : null;
  const limit = input.maxResults ?? null;
  if (limit !== null && (!Number.isInteger(limit) || limit < 1)) throw invalidValue("max_results", limit, "It must be a whole number from 1.");
  await requireTrackedRun(ctx, input.runId, "project.read");
  const later = after ? sql`and (timestamp, step, value) > (${after.timestamp}::bigint, ${after.step}::bigint, ${after.value}::float8)` : sql``;
  const points = await readPoints(
    ctx,
    input.key,
    sql`select run_id, timestamp, step, value from metric_point
      where run_id = ${input.runId}::uuid and key = ${input.key} ${later} order by timestamp, step, value ${limit === null ? sql`` : sql`limit ${limit + 1}`}`,
    sql`timestamp, step, value`,
  );
  const metrics = (limit === null ? points : points.slice(0, limit)).map(({ runId: _, ...metric }) => metric);
  const last = points.length > metrics.length ? metrics.at(-1) : undefined;
  return { metrics, nextPageToken: last ? pointToken({ timestamp: String(last.timestamp), step: String(last.step), value: String(last.value) }) : null };
}

/** Points of a metric of several runs, by run, time, step and value; at most 25,000 together. */
export async function metricHistoryBulk(
  ctx: CoreContext,
  input: { runIds: readonly string[]; key: string; maxResults?: number | null },
): Promise<TrackedRunPoint[]> {
  const limit = Math.min(input.maxResults ?? MAX_POINTS, MAX_POINTS);
  if (!Number.isInteger(limit) || limit < 1) throw invalidValue("max_results", input.maxResults, `It must be a whole number from 1.`);
  await requireRuns(ctx, input.runIds);
  return readPoints(
    ctx,
    input.key,
    sql`select run_id, timestamp, step, value from metric_point
      where run_id = any(${sql.param([...input.runIds])}::uuid[]) and key = ${input.key} order by run_id, timestamp, step, value limit ${limit}`,
    sql`run_id, timestamp, step, value`,
  );
}

/**
 * Points of a metric of several runs at no more than `maxResults` steps, for drawing. Of the n steps that the runs have
 * together, in order, those at the places floor(i * n / max) stay and the last; with them each run's own first and last
 * step. Runs come in the order of asking, points by step, time and value, at most 25,000 of a run.
 */
export async function metricHistoryInterval(
  ctx: CoreContext,
  input: { runIds: readonly string[]; key: string; startStep?: bigint | null; endStep?: bigint | null; maxResults?: number | null },
): Promise<TrackedRunPoint[]> {
  const { startStep = null, endStep = null } = input;
  const max = input.maxResults ?? MAX_STEPS;
  if (!Number.isInteger(max) || max < 1 || max > MAX_STEPS) throw invalidValue("max_results", max, `It must be a whole number from 1 to ${MAX_STEPS}.`);
  if ((startStep === null) !== (endStep === null)) throw invalidValue("start_step", startStep, "If one of start_step and end_step is given, both must be.");
  if (startStep !== null && endStep !== null && startStep > endStep) throw invalidValue("start_step", startStep, "It must not be greater than end_step.");
  await requireRuns(ctx, input.runIds);
  const within = startStep !== null && endStep !== null ? sql`and p.step between ${String(startStep)}::bigint and ${String(endStep)}::bigint` : sql``;
  const wanted = sql`unnest(${sql.param([...input.runIds])}::uuid[]) with ordinality as wanted(run_id, place)`;
  return readPoints(
    ctx,
    input.key,
    sql`with own as materialized (
        select wanted.place, p.step from ${wanted} join metric_point p on p.run_id = wanted.run_id and p.key = ${input.key} ${within} group by wanted.place, p.step
      ), numbered as (
        select step, row_number() over (order by step) - 1 as place, count(*) over () as n from (select distinct step from own) steps
      ), kept as (
        select step from numbered where n <= ${max}::int or place = n - 1 or place in (select i * n / ${max}::int from generate_series(0, ${max}::int - 1) i)
        union select min(step) from own group by place union select max(step) from own group by place
      ), ranked as (
        select wanted.place, p.run_id, p.timestamp, p.step, p.value, row_number() over (partition by wanted.place order by p.step, p.timestamp, p.value) as nth
        from ${wanted} join metric_point p on p.run_id = wanted.run_id and p.key = ${input.key} ${within}
        where p.step in (select step from kept)
      ) select * from ranked where nth <= ${MAX_POINTS}`,
    sql`place, nth`,
  );
}

async function requireRuns(ctx: CoreContext, runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0 || runIds.length > MAX_RUNS) throw invalidValue("run_ids", runIds.length, `Give 1 to ${MAX_RUNS} runs.`);
  for (const runId of new Set(runIds)) await requireTrackedRun(ctx, runId, "project.read");
}

async function readPoints(ctx: CoreContext, key: string, points: SQL, order: SQL): Promise<TrackedRunPoint[]> {
  const { rows } = await ctx.db.execute<Columns>(sql`
    select json_agg(run_id order by ${order}) as runs, json_agg(timestamp::text order by ${order}) as timestamps,
      json_agg(step::text order by ${order}) as steps, json_agg(value order by ${order}) as values
    from (${points}) as found`);
  const { runs, timestamps, steps, values } = rows[0] ?? { runs: null, timestamps: null, steps: null, values: null };
  return (runs ?? []).map((runId, index) => ({
    runId,
    key,
    value: Number(values?.[index]),
    timestamp: BigInt(timestamps?.[index] ?? 0),
    step: BigInt(steps?.[index] ?? 0),
  }));
}
