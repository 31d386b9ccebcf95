import { driftReport, inferenceSegment } from "@trellis/db/schema";
import { and, desc, eq, sql } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";
import { readWindow } from "../serving/index.ts";
import { firstAnchor, type Window, windowIndex, windowOf } from "./domain/windows.ts";
import type { Monitor } from "./ensure-monitor.ts";

/** Rows may reach the index this much later than their time stamp says. */
const OVERLAP_MS = 60_000;
/** Reports that are remembered; of older windows a late row opens a window that is judged again. */
const MAX_REPORTS = 5_000;

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
 * Windows with rows that no report has seen: those without a report first, in order of time, then those whose report is oldest.
 * Reads what was written to the log since it was last looked through; a report says when its reading began.
 */
export async function openWindows(ctx: CoreContext, monitor: Monitor, anchor: Date, arrivals: readonly VersionArrivals[]): Promise<OpenWindow[]> {
  const reports = await ctx.db
    .select({
      id: driftReport.id,
      versionId: driftReport.versionId,
      start: driftReport.windowStart,
      currentRows: driftReport.currentRows,
      readAt: driftReport.createdAt,
    })
    .from(driftReport)
    .where(and(eq(driftReport.monitorId, monitor.id), hasLength(monitor.windowSeconds)))
    .orderBy(desc(driftReport.windowStart))
    .limit(MAX_REPORTS);
  const known = new Map(reports.map((report) => [keyOf(report.versionId, windowIndex(anchor, monitor.windowSeconds, report.start)), report]));
  const logged = new Map(arrivals.map(({ versionId, lastLoggedAt }) => [versionId, lastLoggedAt]));
  const open: (OpenWindow & { readAt: number })[] = [];
  for (const { versionId, index } of await touchedWindows(ctx, monitor, anchor, arrivals)) {
    const report = known.get(keyOf(versionId, index));
    const lastLoggedAt = logged.get(versionId);
    if (report && lastLoggedAt && report.readAt > lastLoggedAt) continue;
    open.push({
      ...windowOf(anchor, monitor.windowSeconds, index),
      versionId,
      report: report ? { id: report.id, currentRows: report.currentRows } : null,
      readAt: report?.readAt.getTime() ?? 0,
    });
  }
  return open.toSorted((a, b) => a.readAt - b.readAt || a.start.getTime() - b.start.getTime());
}

/** Windows that the segments written to lately have rows of. */
async function touchedWindows(
  ctx: CoreContext,
  monitor: Monitor,
  anchor: Date,
  arrivals: readonly VersionArrivals[],
): Promise<{ versionId: string; index: number }[]> {
  const from = new Date(Math.min(...arrivals.map(({ firstRow }) => firstRow.getTime())));
  const to = new Date(Math.max(...arrivals.map(({ latestRow }) => latestRow.getTime())) + 1);
  const writtenSince = monitor.evaluatedTo ? new Date(monitor.evaluatedTo.getTime() - OVERLAP_MS) : undefined;
  const touched = new Map<string, { versionId: string; index: number }>();
  for await (const { versionId, eventTime } of readWindow(ctx, { deploymentId: monitor.deploymentId, from, to, writtenSince }).rows) {
    const index = windowIndex(anchor, monitor.windowSeconds, eventTime);
    const key = keyOf(versionId, index);
    if (!touched.has(key)) touched.set(key, { versionId, index });
  }
  return [...touched.values()];
}

function keyOf(versionId: string, index: number): string {
  return `${versionId} ${index}`;
}

/** Condition: the report is over windows of this length. */
export function hasLength(windowSeconds: number) {
  return sql`${driftReport.windowEnd} = ${driftReport.windowStart} + ${windowSeconds}::int * interval '1 second'`;
}
