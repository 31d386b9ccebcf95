import { changeRequest, deploymentRevision, driftReport, modelVersion, monitor as monitorTable, type StoredColumnDrift } from "@trellis/db/schema";
import { and, asc, desc, eq, gt, lt, type SQL, sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { isComplete } from "../domain/windows.ts";
import { hasLength, type VersionArrivals, versionArrivals } from "../open-windows.ts";
import type { WatchedDeployment } from "../watched-deployment.ts";

export type DriftWindow = {
  reportId: string;
  versionId: string;
  version: number;
  start: Date;
  end: Date;
  rows: number;
  referenceRows: number;
  verdict: "stable" | "drifted" | "insufficient";
  complete: boolean;
};

export type JudgedColumns = DriftWindow & { columns: StoredColumnDrift[] };

export type DeployTick = {
  /** When the version went live. */
  at: Date;
  /** Event time of its first row: its place on an axis of event time. Null without rows. */
  eventTime: Date | null;
  versionId: string;
  version: number;
  changeRequestNumber: number;
};

/** Judged windows with their columns, oldest first; the last `limit` that end at or before `before`. */
export async function driftWindows(
  ctx: CoreContext,
  watched: WatchedDeployment,
  page: { versionId?: string | undefined; limit: number; before?: Date | undefined },
): Promise<{ windows: JudgedColumns[]; arrivals: VersionArrivals[] }> {
  const [monitor] = await ctx.db.select().from(monitorTable).where(eq(monitorTable.deploymentId, watched.id));
  if (!monitor) return { windows: [], arrivals: [] };
  const arrivals = await versionArrivals(ctx, watched.id);
  const rows = await ctx.db
    .select({
      report: driftReport,
      version: modelVersion.version,
      hasPrevious: hasNeighbour(sql`n.window_end = ${driftReport.windowStart}`),
      hasNext: hasNeighbour(sql`n.window_start = ${driftReport.windowEnd}`),
    })
    .from(driftReport)
    .innerJoin(modelVersion, eq(modelVersion.id, driftReport.versionId))
    .where(
      and(
        eq(driftReport.monitorId, monitor.id),
        gt(driftReport.currentRows, 0),
        hasLength(monitor.windowSeconds),
        page.versionId ? eq(driftReport.versionId, page.versionId) : undefined,
        page.before ? lt(driftReport.windowStart, page.before) : undefined,
      ),
    )
    .orderBy(desc(driftReport.windowStart), desc(modelVersion.version))
    .limit(page.limit);
  const windows = rows.toReversed().map(({ report, version, hasPrevious, hasNext }): JudgedColumns => {
    const arrived = arrivals.find(({ versionId }) => versionId === report.versionId);
    return {
      reportId: report.id,
      versionId: report.versionId,
      version,
      start: report.windowStart,
      end: report.windowEnd,
      rows: report.currentRows,
      referenceRows: report.referenceRows,
      verdict: report.verdict === "drifted" || report.verdict === "stable" ? report.verdict : "insufficient",
      complete:
        arrived !== undefined &&
        isComplete(
          { start: report.windowStart, end: report.windowEnd },
          { hasPrevious, hasNext, firstRow: report.firstRow, lastRow: report.lastRow, lastLoggedAt: arrived.lastLoggedAt },
          ctx.now(),
        ),
      columns: report.columns,
    };
  });
  return { windows, arrivals };
}

/** Whether the same version has a judged window with rows where the condition on `n` holds. */
function hasNeighbour(condition: SQL): SQL<boolean> {
  return sql<boolean>`exists (select 1 from drift_report n where n.monitor_id = ${driftReport.monitorId} and n.version_id = ${driftReport.versionId} and n.current_rows > 0 and ${condition})`;
}

/** When which version went live, oldest first; the last 50. */
export async function deployTicks(ctx: CoreContext, deploymentId: string, arrivals: readonly VersionArrivals[]): Promise<DeployTick[]> {
  const rows = await ctx.db
    .select({
      at: deploymentRevision.liveAt,
      versionId: deploymentRevision.versionId,
      version: modelVersion.version,
      changeRequestNumber: changeRequest.number,
    })
    .from(deploymentRevision)
    .innerJoin(modelVersion, eq(modelVersion.id, deploymentRevision.versionId))
    .innerJoin(changeRequest, eq(changeRequest.id, deploymentRevision.changeRequestId))
    .where(eq(deploymentRevision.deploymentId, deploymentId))
    .orderBy(asc(deploymentRevision.createdAt))
    .limit(50);
  return rows.flatMap(({ at, ...row }) =>
    at ? [{ ...row, at, eventTime: arrivals.find(({ versionId }) => versionId === row.versionId)?.firstRow ?? null }] : [],
  );
}
