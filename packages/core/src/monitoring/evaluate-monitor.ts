import { driftReport, monitor as monitorTable } from "@trellis/db/schema";
import { eq, inArray, sql } from "drizzle-orm";
import { enqueueJob } from "../jobs/index.ts";
import { announce } from "../kernel/changes.ts";
import { asSystem, type CoreContext, type Transaction } from "../kernel/context.ts";
import { QUIET_MS } from "./domain/windows.ts";
import { ensureMonitor, type Monitor } from "./ensure-monitor.ts";
import { monitorEvaluate } from "./jobs.ts";
import { judgeWindows, type ReportDraft } from "./judge-windows.ts";
import { moveAlert, type RetrainPolicy, retrainPolicy } from "./move-alert.ts";
import { type OpenWindow, openWindows, type VersionArrivals, versionArrivals, windowAnchor } from "./open-windows.ts";
import { findWatched, type WatchedDeployment } from "./watched-deployment.ts";

/** Windows that are judged before what is known is written down; the rest follows in another job. */
const WINDOWS_A_PASS = 16;
/** Windows that grow with the traffic are not chased. */
const GROWN_SECONDS = 5;

/**
 * Judges what is new in a deployment's log: windows that have come or grown since their report. Everything slow happens first;
 * then one transaction writes the reports and moves the alert. Repeating it changes nothing, so it may die anywhere.
 */
export async function evaluateMonitor(ctx: CoreContext, input: { deploymentId: string }): Promise<void> {
  const system = asSystem(ctx, "Monitoring");
  const readAt = ctx.now();
  const watched = await findWatched(system, input.deploymentId);
  if (!watched || watched.lifecycle === "removed") return;
  const arrivals = await versionArrivals(system, watched.id);
  const monitor = await ensureMonitor(system, watched.id);
  const anchor = await windowAnchor(system, monitor, arrivals);
  if (!anchor || arrivals.length === 0) return;
  const open = await openWindows(system, monitor, anchor, arrivals);
  const pass = open.slice(0, WINDOWS_A_PASS);
  const drafts: ReportDraft[] = [];
  for (const windows of neighbours(pass)) drafts.push(...(await judgeWindows(system, monitor, windows)));
  const policy = await retrainPolicy(system, watched, monitor);
  await writeDown(system, { watched, monitor, arrivals, drafts, pass, left: open.slice(WINDOWS_A_PASS), readAt, policy });
}

type Outcome = {
  watched: WatchedDeployment;
  monitor: Monitor;
  arrivals: VersionArrivals[];
  drafts: ReportDraft[];
  pass: OpenWindow[];
  /** What the next pass has to do. */
  left: OpenWindow[];
  /** When reading began: what was written later is not judged yet. */
  readAt: Date;
  policy: RetrainPolicy | null;
};

async function writeDown(ctx: CoreContext, outcome: Outcome): Promise<void> {
  const { watched, monitor, drafts, pass, left, readAt } = outcome;
  await ctx.db.transaction(async (tx) => {
    // Two evaluations of one deployment write one after the other.
    const [held] = await tx.select({ id: monitorTable.id }).from(monitorTable).where(eq(monitorTable.id, monitor.id)).for("update");
    if (!held) return;
    await saveReports(tx, ctx, monitor, drafts, readAt);
    await touchReports(tx, pass, drafts, readAt);
    const moved = await moveAlert(tx, ctx, outcome);
    if (left.length === 0) await tx.update(monitorTable).set({ evaluatedTo: readAt }).where(eq(monitorTable.id, monitor.id));
    await askToLookAgain(tx, ctx, outcome);
    if (drafts.length > 0 || moved) await announce(tx, `monitor:${watched.id}`, `deployment:${watched.id}`, `project:${watched.project.id}`);
  });
}

/** At once for windows that were never judged, soon for those that may have grown, later for those that only wait for quiet. */
async function askToLookAgain(tx: Transaction, ctx: CoreContext, { watched, monitor, arrivals, left }: Outcome): Promise<void> {
  const payload = { deploymentId: watched.id };
  if (left.length > 0) {
    await enqueueJob(tx, monitorEvaluate, payload, { key: watched.id, delaySeconds: left[0]?.report ? GROWN_SECONDS : 0 });
    return;
  }
  const now = ctx.now().getTime();
  const isSettling = arrivals.some(
    ({ firstRow, lastLoggedAt }) => now - lastLoggedAt.getTime() < QUIET_MS && firstRow.getTime() + monitor.windowSeconds * 1000 <= now,
  );
  if (isSettling) await enqueueJob(tx, monitorEvaluate, payload, { key: `settle:${watched.id}`, delaySeconds: QUIET_MS / 1000 + 5 });
}

async function saveReports(tx: Transaction, ctx: CoreContext, monitor: Monitor, drafts: readonly ReportDraft[], readAt: Date): Promise<void> {
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
        firstRow: draft.firstRow,
        lastRow: draft.lastRow,
        verdict: draft.verdict,
        driftedColumns: draft.driftedColumns,
        columns: draft.columns,
        createdAt: readAt,
      })),
    )
    .onConflictDoUpdate({
      target: [driftReport.monitorId, driftReport.versionId, driftReport.windowStart],
      set: {
        windowEnd: sql`excluded.window_end`,
        referenceRows: sql`excluded.reference_rows`,
        currentRows: sql`excluded.current_rows`,
        firstRow: sql`excluded.first_row`,
        lastRow: sql`excluded.last_row`,
        verdict: sql`excluded.verdict`,
        driftedColumns: sql`excluded.drifted_columns`,
        columns: sql`excluded.columns`,
        createdAt: sql`excluded.created_at`,
      },
    });
}

/** Windows that were read and have not changed are not read again. */
async function touchReports(tx: Transaction, pass: readonly OpenWindow[], drafts: readonly ReportDraft[], readAt: Date): Promise<void> {
  const judged = new Set(drafts.map(({ report }) => report?.id));
  const unchanged = pass.flatMap(({ report }) => (report && !judged.has(report.id) ? [report.id] : []));
  if (unchanged.length > 0) await tx.update(driftReport).set({ createdAt: readAt }).where(inArray(driftReport.id, unchanged));
}

/** Groups of windows of one version that lie next to each other, so that no stretch without rows is read through between them. */
function neighbours(windows: readonly OpenWindow[]): OpenWindow[][] {
  const groups: OpenWindow[][] = [];
  const sorted = windows.toSorted((a, b) => (a.versionId === b.versionId ? a.start.getTime() - b.start.getTime() : a.versionId < b.versionId ? -1 : 1));
  for (const window of sorted) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && last.versionId === window.versionId && last.end >= window.start) group.push(window);
    else groups.push([window]);
  }
  return groups;
}
