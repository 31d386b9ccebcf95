import { driftReport, inferenceSegment } from "@trellis/db/schema";
import { and, eq, sql } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";
import { firstAnchor, type Window, windowOf } from "./domain/windows.ts";
import type { Monitor } from "./ensure-monitor.ts";

/** Rows that were being written while a window was read have a time stamp just before the report's. */
const OVERLAP_SECONDS = 60;
/** Windows that one stretch of event time may open; beyond it the rows are strays. */
const MAX_SPAN = 1_000;

export type OpenWindow = Window & {
  versionId: string;
  /** What was judged before, if it was. */
  report: { id: string; currentRows: number } | null;
};

/** What has arrived of each version. */
export type VersionArrivals = { versionId: string; firstRow: Date; latestRow: Date; lastLoggedAt: Date };

/** Event times and the last writing of every version that has answered this deployment. */
export async function versionArrivals(ctx: CoreContext, deploymentId: string): Promise<VersionArrivals[]> {
  const rows = await ctx.db
    .select({
      versionId: inferenceSegment.versionId,
      firstMs: sql<number>`(extract(epoch from min(${inferenceSegment.fromTime})) * 1000)::float8`,
      latestMs: sql<number>`(extract(epoch from max(${inferenceSegment.toTime})) * 1000)::float8`,
      loggedMs: sql<number>`(extract(epoch from max(${inferenceSegment.loggedAt})) * 1000)::float8`,
    })
    .from(inferenceSegment)
    .where(eq(inferenceSegment.deploymentId, deploymentId))
    .groupBy(inferenceSegment.versionId);
  return rows.map(({ versionId, firstMs, latestMs, loggedMs }) => ({
    versionId,
    firstRow: new Date(firstMs),
    latestRow: new Date(latestMs),
    lastLoggedAt: new Date(loggedMs),
  }));
}

/** Where this monitor's windows are counted from: its earliest report, so that they stay where they are; else the day of the first row. */
export async function windowAnchor(ctx: CoreContext, monitor: Monitor, arrivals: readonly VersionArrivals[]): Promise<Date | null> {
  const [row] = await ctx.db
    .select({ startMs: sql<number | null>`(extract(epoch from min(${driftReport.windowStart})) * 1000)::float8` })
    .from(driftReport)
    .where(and(eq(driftReport.monitorId, monitor.id), hasLength(monitor.windowSeconds)));
  if (row && row.startMs !== null) return new Date(row.startMs);
  const first = arrivals.reduce<Date | null>((earliest, { firstRow }) => (earliest && earliest <= firstRow ? earliest : firstRow), null);
  return first ? firstAnchor(first) : null;
}

/**
 * Windows with rows that no report has seen, at most `limit`: those without a report first, in order of time, then those whose
 * report is oldest.
 */
export async function openWindows(ctx: CoreContext, monitor: Monitor, anchor: Date, limit: number): Promise<OpenWindow[]> {
  const origin = sql`${anchor.toISOString()}::timestamptz`;
  const seconds = sql`${monitor.windowSeconds}::int`;
  const indexOf = (moment: unknown) => sql`floor(extract(epoch from (${moment} - ${origin})) / ${seconds})::int`;
  const found = await ctx.db.execute<{ version_id: string; k: number; report_id: string | null; current_rows: number | null }>(sql`
    with touched as (
      select s.version_id, k, max(s.logged_at) as logged_at
      from inference_segment s
      cross join lateral generate_series(${indexOf(sql`s.from_time`)}, least(${indexOf(sql`s.to_time`)}, ${indexOf(sql`s.from_time`)} + ${MAX_SPAN}::int)) as k
      where s.deployment_id = ${monitor.deploymentId}::uuid
      group by s.version_id, k
    )
    select t.version_id, t.k, r.id as report_id, r.current_rows
    from touched t
    left join drift_report r on r.monitor_id = ${monitor.id}::uuid and r.version_id = t.version_id
      and r.window_start = ${origin} + t.k * ${seconds} * interval '1 second'
      and r.window_end = r.window_start + ${seconds} * interval '1 second'
    where r.id is null or r.created_at < t.logged_at + ${OVERLAP_SECONDS}::int * interval '1 second'
    order by (r.id is not null), case when r.id is null then t.k end, r.created_at, t.k, t.version_id
    limit ${limit}`);
  return found.rows.map((row) => ({
    ...windowOf(anchor, monitor.windowSeconds, Number(row.k)),
    versionId: row.version_id,
    report: row.report_id === null ? null : { id: row.report_id, currentRows: Number(row.current_rows) },
  }));
}

/** Condition: the report is over windows of this length. */
export function hasLength(windowSeconds: number) {
  return sql`${driftReport.windowEnd} = ${driftReport.windowStart} + ${windowSeconds}::int * interval '1 second'`;
}
