import { alert, driftReport, projectMember } from "@trellis/db/schema";
import { and, desc, eq, gt, inArray, ne } from "drizzle-orm";
import { recordAuditEvent } from "../audit/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { notify } from "../notifications/index.ts";
import type { DriftTrigger } from "../pipelines/domain/pipeline-spec.ts";
import { projectSpec } from "../pipelines/index.ts";
import { decideAlerts, type JudgedWindow } from "./domain/alert-rule.ts";
import { alertSummary } from "./domain/finding.ts";
import { isComplete } from "./domain/windows.ts";
import type { Monitor } from "./ensure-monitor.ts";
import { monitorRetrain } from "./jobs.ts";
import { hasLength, type VersionArrivals } from "./open-windows.ts";
import type { WatchedDeployment } from "./watched-deployment.ts";

/** Which pipelines a drift alert of this monitor starts. */
export type RetrainPolicy = { pipelines: { name: string; trigger: DriftTrigger }[] };

/** Reports that the rule looks back on; far more than any rule counts. */
const HISTORY = 60;
const OPEN = ["firing", "acknowledged"] as const;

/** What `trellis.yaml` says about drift of this monitor; null when nothing starts by itself. */
export async function retrainPolicy(ctx: CoreContext, watched: WatchedDeployment, monitor: Pick<Monitor, "name">): Promise<RetrainPolicy | null> {
  const { spec } = await projectSpec(ctx, { project: watched.project.id });
  const pipelines = Object.values(spec?.pipelines ?? {}).flatMap(({ name, triggers }) =>
    triggers.flatMap((trigger) => (trigger.kind === "drift" && trigger.monitor === monitor.name ? [{ name, trigger }] : [])),
  );
  return pipelines.length > 0 ? { pipelines } : null;
}

type Facts = { watched: WatchedDeployment; monitor: Monitor; arrivals: readonly VersionArrivals[]; policy: RetrainPolicy | null };
type AlertRow = typeof alert.$inferSelect;

/** Applies the alert rule to the live version's reports, in the transaction that wrote them. True when the alert has moved. */
export async function moveAlert(tx: Transaction, ctx: CoreContext, facts: Facts): Promise<boolean> {
  const { watched, monitor } = facts;
  const version = watched.liveVersion;
  if (!version) return false;
  const replaced = await resolveReplaced(tx, ctx, facts, version);
  const reports = await tx
    .select()
    .from(driftReport)
    .where(and(eq(driftReport.monitorId, monitor.id), eq(driftReport.versionId, version.id), gt(driftReport.currentRows, 0), hasLength(monitor.windowSeconds)))
    .orderBy(desc(driftReport.windowStart))
    .limit(HISTORY);
  const earlier = await tx
    .select()
    .from(alert)
    .where(and(eq(alert.monitorId, monitor.id), eq(alert.versionId, version.id)))
    .orderBy(desc(alert.openedAt), desc(alert.id))
    .limit(10);
  const open = earlier.find(({ status }) => status !== "resolved") ?? null;
  const covered = earlier.filter(({ status }) => status === "resolved").map(({ windowEnd }) => windowEnd.getTime());
  const decisions = decideAlerts(monitor, judgedWindows(reports, facts, ctx.now()), open, covered.length > 0 ? new Date(Math.max(...covered)) : null);
  let current = open;
  for (const decision of decisions) current = await carryOut(tx, ctx, facts, { decision, open: current, versionId: version.id, reports });
  if (current && decisions.length === 0) await askForRun(tx, facts, current);
  return replaced || decisions.length > 0;
}

type Report = typeof driftReport.$inferSelect;
type Move = { decision: ReturnType<typeof decideAlerts>[number]; open: AlertRow | null; versionId: string; reports: readonly Report[] };

/** Makes one move; returns the alert that is open afterwards. */
async function carryOut(tx: Transaction, ctx: CoreContext, facts: Facts, { decision, open, versionId, reports }: Move): Promise<AlertRow | null> {
  if (decision.kind === "fire") return fire(tx, ctx, facts, versionId, { ...decision, summary: summaryOf(ctx, facts, reports, decision) });
  if (!open) return null;
  if (decision.kind === "resolve") {
    await resolve(tx, ctx, facts, open, `${decision.windows} windows in a row are stable.`);
    return null;
  }
  const summary = summaryOf(ctx, facts, reports, { ...decision, since: open.since });
  await tx.update(alert).set({ summary, columns: decision.columns, windowEnd: decision.windowEnd }).where(eq(alert.id, open.id));
  await askForRun(tx, facts, open);
  return { ...open, windowEnd: decision.windowEnd };
}

type Firing = { reportId: string; columns: string[]; since: Date; windowEnd: Date; summary: string };

async function fire(tx: Transaction, ctx: CoreContext, facts: Facts, versionId: string, firing: Firing): Promise<AlertRow | null> {
  const { watched, monitor } = facts;
  const [opened] = await tx
    .insert(alert)
    .values({ id: ctx.newId(), monitorId: monitor.id, deploymentId: watched.id, projectId: watched.project.id, versionId, openedAt: ctx.now(), ...firing })
    .onConflictDoNothing()
    .returning();
  if (!opened) return null;
  await recordAuditEvent(tx, ctx, {
    action: "monitoring.alert.open",
    subject: { kind: "alert", id: opened.id, name: watched.name },
    projectId: watched.project.id,
    data: { summary: firing.summary, columns: firing.columns },
  });
  const members = await tx.select({ userId: projectMember.userId }).from(projectMember).where(eq(projectMember.projectId, watched.project.id)).limit(200);
  await notify(tx, ctx, {
    userIds: members.map(({ userId }) => userId),
    kind: "drift_alert",
    title: `${watched.name}: ${firing.columns[0] ?? "predictions"} drifts`,
    body: firing.summary,
    href: `/monitoring/${watched.name}`,
  });
  await askForRun(tx, facts, opened);
  return opened;
}

/** Asked again at every evaluation until there is a run: one that was under way may have ended. */
async function askForRun(tx: Transaction, facts: Facts, open: AlertRow): Promise<void> {
  if (!facts.policy || open.runId) return;
  await enqueueJob(tx, monitorRetrain, { alertId: open.id }, { key: open.id });
}

/** An alert is about one version; when another one is live, it has nothing more to say. */
async function resolveReplaced(tx: Transaction, ctx: CoreContext, facts: Facts, live: { id: string; version: number }): Promise<boolean> {
  const stale = await tx
    .select()
    .from(alert)
    .where(and(eq(alert.monitorId, facts.monitor.id), ne(alert.versionId, live.id), inArray(alert.status, [...OPEN])))
    .limit(20);
  for (const row of stale) await resolve(tx, ctx, facts, row, `Version ${live.version} has taken its place.`);
  return stale.length > 0;
}

async function resolve(tx: Transaction, ctx: CoreContext, facts: Facts, row: AlertRow, reason: string): Promise<void> {
  const [moved] = await tx
    .update(alert)
    .set({ status: "resolved", resolvedAt: ctx.now() })
    .where(and(eq(alert.id, row.id), inArray(alert.status, [...OPEN])))
    .returning({ id: alert.id });
  if (moved)
    await recordAuditEvent(tx, ctx, {
      action: "monitoring.alert.resolve",
      subject: { kind: "alert", id: row.id, name: facts.watched.name },
      projectId: facts.watched.project.id,
      data: { reason },
    });
}

function judgedWindows(reports: readonly Report[], { arrivals, watched, monitor }: Facts, now: Date): JudgedWindow[] {
  const arrived = arrivals.find(({ versionId }) => versionId === watched.liveVersion?.id);
  if (!arrived) return [];
  const starts = new Set(reports.map(({ windowStart }) => windowStart.getTime()));
  return reports.map((report) => ({
    reportId: report.id,
    start: report.windowStart,
    end: report.windowEnd,
    verdict: report.verdict === "drifted" || report.verdict === "stable" ? report.verdict : "insufficient",
    isComplete: isComplete(
      { start: report.windowStart, end: report.windowEnd },
      {
        hasPrevious: starts.has(report.windowStart.getTime() - monitor.windowSeconds * 1000),
        hasNext: starts.has(report.windowEnd.getTime()),
        firstRow: report.firstRow,
        lastRow: report.lastRow,
        lastLoggedAt: arrived.lastLoggedAt,
      },
      now,
    ),
    driftedColumns: report.driftedColumns,
  }));
}

function summaryOf(
  ctx: CoreContext,
  facts: Facts,
  reports: readonly Report[],
  told: { reportId: string; columns: string[]; since: Date; drifted: number; of: number },
): string {
  const report = reports.find(({ id }) => id === told.reportId);
  const measured = told.columns.flatMap((name) => report?.columns.find((column) => column.name === name) ?? []);
  return alertSummary({ columns: measured, since: told.since, drifted: told.drifted, of: told.of, windowSeconds: facts.monitor.windowSeconds, now: ctx.now() });
}
