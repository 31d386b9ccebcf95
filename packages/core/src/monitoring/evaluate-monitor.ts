import { driftReport, monitor as monitorTable } from "@trellis/db/schema";
import { eq, inArray, sql } from "drizzle-orm";
import { enqueueJob } from "../jobs/index.ts";
import { announce } from "../kernel/changes.ts";
import { asSystem, type CoreContext, type Transaction } from "../kernel/context.ts";
import { isComplete, QUIET_MS } from "./domain/windows.ts";
import { ensureMonitor, type Monitor } from "./ensure-monitor.ts";
import { monitorEvaluate } from "./jobs.ts";
import { judgeWindows, type ReportDraft } from "./judge-windows.ts";
import { moveAlert, type RetrainPolicy, retrainPolicy } from "./move-alert.ts";
import { type OpenWindow, openWindows, type VersionArrivals, versionArrivals, windowAnchor } from "./open-windows.ts";
import { findWatched, type WatchedDeployment } from "./watched-deployment.ts";

/** Windows that are judged before what is known is written down; the rest follows in another job. */
const WINDOWS_A_PASS = 16;

/**
 * Judges what is new in a deployment's log: windows that have come or grown since their report. Everything slow happens first;
 * then one transaction writes the reports and moves the alert. Repeating it changes nothing, so it may die anywhere.
 */
export async function evaluateMonitor(ctx: CoreContext, input: { deploymentId: string }): Promise<void> {
  const system = asSystem(ctx, "Monitoring");
  const watched = await findWatched(system, input.deploymentId);
  if (!watched || watched.lifecycle === "removed") return;
  const arrivals = await versionArrivals(system, watched.id);
  const monitor = await ensureMonitor(system, watched.id);
  const anchor = await windowAnchor(system, monitor, arrivals);
  if (!anchor) return;
  const open = await openWindows(system, monitor, anchor, WINDOWS_A_PASS + 1);
  const pass = open.slice(0, WINDOWS_A_PASS);
  const drafts: ReportDraft[] = [];
  for (const [versionId, windows] of byVersion(pass)) drafts.push(...(await judgeWindows(system, monitor, versionId, windows)));
  const policy = await retrainPolicy(system, watched, monitor);
  await writeDown(system, {
    watched,
    monitor,
    arrivals,
    drafts,
    seen: pass,
    policy,
    hasMore: open.length > WINDOWS_A_PASS && (drafts.length > 0 || open[WINDOWS_A_PASS]?.report === null),
  });
}

type Outcome = {
  watched: WatchedDeployment;
  monitor: Monitor;
  arrivals: VersionArrivals[];
  drafts: ReportDraft[];
  seen: OpenWindow[];
  policy: RetrainPolicy | null;
  hasMore: boolean;
};

async function writeDown(ctx: CoreContext, outcome: Outcome): Promise<void> {
  const { watched, monitor, arrivals, drafts, seen, policy, hasMore } = outcome;
  await ctx.db.transaction(async (tx) => {
    // Two evaluations of one deployment write one after the other.
    const [held] = await tx.select({ id: monitorTable.id }).from(monitorTable).where(eq(monitorTable.id, monitor.id)).for("update");
    if (!held) return;
    await saveReports(tx, ctx, monitor, drafts);
    await touchReports(tx, ctx, seen, drafts);
    const moved = await moveAlert(tx, ctx, { watched, monitor, arrivals, policy });
    const evaluatedTo = arrivals.length === 0 ? null : new Date(Math.max(...arrivals.map(({ latestRow }) => latestRow.getTime())));
    await tx.update(monitorTable).set({ evaluatedTo }).where(eq(monitorTable.id, monitor.id));
    if (hasMore) await enqueueJob(tx, monitorEvaluate, { deploymentId: watched.id }, { key: watched.id });
    else if (isSettling(seen, arrivals, ctx.now()))
      await enqueueJob(tx, monitorEvaluate, { deploymentId: watched.id }, { key: `settle:${watched.id}`, delaySeconds: QUIET_MS / 1000 + 5 });
    if (drafts.length > 0 || moved) await announce(tx, `monitor:${watched.id}`, `deployment:${watched.id}`, `project:${watched.project.id}`);
  });
}

async function saveReports(tx: Transaction, ctx: CoreContext, monitor: Monitor, drafts: readonly ReportDraft[]): Promise<void> {
  if (drafts.length === 0) return;
  await tx
    .insert(driftReport)
    .values(
      drafts.map((draft) => ({
        id: draft.report?.id ?? ctx.newId(),
        monitorId: monitor.id,
        deploymentId: monitor.deploymentId,
        versionId: draft.versionId,
        windowStart: draft.start,
        windowEnd: draft.end,
        referenceRows: draft.referenceRows,
        currentRows: draft.currentRows,
        verdict: draft.verdict,
        driftedColumns: draft.driftedColumns,
        columns: draft.columns,
        createdAt: ctx.now(),
      })),
    )
    .onConflictDoUpdate({
      target: [driftReport.monitorId, driftReport.versionId, driftReport.windowStart],
      set: {
        windowEnd: sql`excluded.window_end`,
        referenceRows: sql`excluded.reference_rows`,
        currentRows: sql`excluded.current_rows`,
        verdict: sql`excluded.verdict`,
        driftedColumns: sql`excluded.drifted_columns`,
        columns: sql`excluded.columns`,
        createdAt: sql`excluded.created_at`,
      },
    });
}

/** Windows that were read and have not changed are not read again. */
async function touchReports(tx: Transaction, ctx: CoreContext, seen: readonly OpenWindow[], drafts: readonly ReportDraft[]): Promise<void> {
  const judged = new Set(drafts.map(({ report }) => report?.id));
  const unchanged = seen.flatMap(({ report }) => (report && !judged.has(report.id) ? [report.id] : []));
  if (unchanged.length > 0) await tx.update(driftReport).set({ createdAt: ctx.now() }).where(inArray(driftReport.id, unchanged));
}

/** True when a window lies in the past and only the quiet time is missing to call it complete. */
function isSettling(seen: readonly OpenWindow[], arrivals: readonly VersionArrivals[], now: Date): boolean {
  return seen.some((window) => {
    const arrived = arrivals.find(({ versionId }) => versionId === window.versionId);
    return arrived !== undefined && window.end <= now && !isComplete(window, arrived, now);
  });
}

function byVersion(windows: readonly OpenWindow[]): Map<string, OpenWindow[]> {
  const groups = new Map<string, OpenWindow[]>();
  for (const window of windows) groups.set(window.versionId, [...(groups.get(window.versionId) ?? []), window]);
  return groups;
}
