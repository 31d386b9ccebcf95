import { alert, monitor as monitorTable } from "@trellis/db/schema";
import { and, desc, inArray, sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { type MonitorState, monitorState } from "../domain/monitor-state.ts";
import { isComplete } from "../domain/windows.ts";
import { DEFAULT_MONITOR, type Monitor } from "../ensure-monitor.ts";
import type { WatchedDeployment } from "../watched-deployment.ts";

export type MonitorOverview = {
  deploymentId: string;
  deploymentName: string;
  project: { id: string; slug: string; title: string };
  environment: string;
  model: { id: string; name: string };
  liveVersion: { id: string; version: number } | null;
  state: MonitorState;
  /** Event time since when it stands so. */
  since: Date | null;
  /** How it stands, in a sentence. */
  headline: string;
  alert: { id: string; status: "firing" | "acknowledged"; summary: string; since: Date; runId: string | null } | null;
  driftedColumns: string[];
  lastWindowEnd: Date | null;
  monitor: { name: string; windowSeconds: number; minRows: number; alertAfter: number; ofLast: number };
  /** The last windows of the live version, oldest first; at most 12. */
  recent: { reportId: string; windowStart: Date; windowEnd: Date; rows: number; verdict: "stable" | "drifted" | "insufficient"; complete: boolean }[];
};

const RECENT = 12;

type ReportRow = {
  id: string;
  deploymentId: string;
  windowStart: Date;
  windowEnd: Date;
  rows: number;
  verdict: string;
  driftedColumns: string[];
  firstRow: Date | null;
  lastRow: Date | null;
  hasPrevious: boolean;
};
type Arrival = { deploymentId: string; lastLoggedAt: Date };

/** How these deployments stand; four queries, however many there are. */
export async function monitorStates(ctx: CoreContext, deployments: readonly WatchedDeployment[]): Promise<MonitorOverview[]> {
  if (deployments.length === 0) return [];
  const ids = deployments.map(({ id }) => id);
  const [monitors, reports, arrivals, alerts] = await Promise.all([
    ctx.db.select().from(monitorTable).where(inArray(monitorTable.deploymentId, ids)),
    recentReports(ctx, ids),
    liveArrivals(ctx, ids),
    ctx.db
      .select()
      .from(alert)
      .where(and(inArray(alert.deploymentId, ids), inArray(alert.status, ["firing", "acknowledged"])))
      .orderBy(desc(alert.openedAt))
      .limit(1_000),
  ]);
  return deployments.map((deployment) =>
    overviewOf(ctx, deployment, {
      monitor: monitors.find(({ deploymentId }) => deploymentId === deployment.id) ?? null,
      reports: reports.filter(({ deploymentId }) => deploymentId === deployment.id),
      arrival: arrivals.find(({ deploymentId }) => deploymentId === deployment.id) ?? null,
      open: alerts.find(({ deploymentId, versionId }) => deploymentId === deployment.id && versionId === deployment.liveVersion?.id) ?? null,
    }),
  );
}

type Facts = { monitor: Monitor | null; reports: ReportRow[]; arrival: Arrival | null; open: typeof alert.$inferSelect | null };

function overviewOf(ctx: CoreContext, deployment: WatchedDeployment, facts: Facts): MonitorOverview {
  const { name, windowSeconds, minRows, alertAfter, ofLast } = facts.monitor ?? DEFAULT_MONITOR;
  const starts = new Set(facts.reports.map(({ windowStart }) => windowStart.getTime()));
  const recent = facts.reports.map((report): MonitorOverview["recent"][number] => ({
    reportId: report.id,
    windowStart: report.windowStart,
    windowEnd: report.windowEnd,
    rows: report.rows,
    verdict: report.verdict === "drifted" || report.verdict === "stable" ? report.verdict : "insufficient",
    complete:
      facts.arrival !== null &&
      isComplete(
        { start: report.windowStart, end: report.windowEnd },
        {
          hasPrevious: report.hasPrevious,
          hasNext: starts.has(report.windowEnd.getTime()),
          firstRow: report.firstRow,
          lastRow: report.lastRow,
          lastLoggedAt: facts.arrival.lastLoggedAt,
        },
        ctx.now(),
      ),
  }));
  const windows = recent.map(({ windowStart, verdict, complete }) => ({ start: windowStart, verdict, isComplete: complete }));
  const { state, since } = monitorState(windows, facts.arrival !== null, facts.open !== null);
  const lastComplete = facts.reports.findLast((_, index) => recent[index]?.complete);
  const open = facts.open;
  return {
    deploymentId: deployment.id,
    deploymentName: deployment.name,
    project: deployment.project,
    environment: deployment.environment,
    model: deployment.model,
    liveVersion: deployment.liveVersion,
    state,
    since: open?.since ?? since,
    headline: headlineOf(state, open?.summary ?? null, lastComplete?.driftedColumns ?? [], { rows: facts.reports.at(-1)?.rows ?? 0, minRows }),
    alert: open
      ? { id: open.id, status: open.status === "acknowledged" ? "acknowledged" : "firing", summary: open.summary, since: open.since, runId: open.runId }
      : null,
    driftedColumns: open?.columns ?? (state === "drifted" ? (lastComplete?.driftedColumns ?? []) : []),
    lastWindowEnd: lastComplete?.windowEnd ?? null,
    monitor: { name, windowSeconds, minRows, alertAfter, ofLast },
    recent,
  };
}

function headlineOf(state: MonitorState, alertSummary: string | null, drifted: string[], counts: { rows: number; minRows: number }): string {
  if (alertSummary) return alertSummary;
  switch (state) {
    case "no_traffic":
      return "No predictions yet";
    case "waiting":
      return "The first window is still filling";
    case "insufficient":
      return `Too few rows to judge: ${counts.rows} in the last window, ${counts.minRows} are needed`;
    case "stable":
      return "Like the training data";
    case "drifted":
      return `${drifted.slice(0, 3).join(", ")}${drifted.length > 3 ? ` and ${drifted.length - 3} more` : ""} drifted in the last window`;
  }
}

/** The last reports of each deployment's live version over the monitor's present window length, oldest first. */
async function recentReports(ctx: CoreContext, deploymentIds: string[]): Promise<ReportRow[]> {
  const result = await ctx.db.execute<Record<string, unknown>>(sql`
    select d.id as deployment_id, r.id, extract(epoch from r.window_start) * 1000 as start_ms, extract(epoch from r.window_end) * 1000 as end_ms, r.current_rows, r.verdict, r.drifted_columns,
      extract(epoch from r.first_row) * 1000 as first_ms, extract(epoch from r.last_row) * 1000 as last_ms,
      exists (select 1 from drift_report n where n.monitor_id = r.monitor_id and n.version_id = r.version_id and n.window_end = r.window_start and n.current_rows > 0) as has_previous
    from deployment d
    join monitor m on m.deployment_id = d.id
    cross join lateral (
      select * from drift_report r
      where r.monitor_id = m.id and r.version_id = d.live_version_id and r.current_rows > 0
        and r.window_end = r.window_start + m.window_seconds * interval '1 second'
      order by r.window_start desc limit ${RECENT}
    ) r
    where d.id = any(${sql.param(deploymentIds)}::uuid[])
    order by d.id, r.window_start`);
  return result.rows.map((row) => ({
    id: String(row["id"]),
    deploymentId: String(row["deployment_id"]),
    windowStart: new Date(Number(row["start_ms"])),
    windowEnd: new Date(Number(row["end_ms"])),
    rows: Number(row["current_rows"]),
    verdict: String(row["verdict"]),
    driftedColumns: Array.isArray(row["drifted_columns"]) ? row["drifted_columns"].map(String) : [],
    firstRow: row["first_ms"] === null ? null : new Date(Number(row["first_ms"])),
    lastRow: row["last_ms"] === null ? null : new Date(Number(row["last_ms"])),
    hasPrevious: row["has_previous"] === true,
  }));
}

/** What has arrived for each deployment's live version. */
async function liveArrivals(ctx: CoreContext, deploymentIds: string[]): Promise<Arrival[]> {
  const result = await ctx.db.execute<Record<string, unknown>>(sql`
    select d.id as deployment_id, extract(epoch from max(s.logged_at)) * 1000 as logged_ms
    from deployment d join inference_segment s on s.deployment_id = d.id and s.version_id = d.live_version_id
    where d.id = any(${sql.param(deploymentIds)}::uuid[]) group by d.id`);
  return result.rows.map((row) => ({
    deploymentId: String(row["deployment_id"]),
    lastLoggedAt: new Date(Number(row["logged_ms"])),
  }));
}
