import { alert, auditEvent, monitor as monitorTable, projectMember, run } from "@trellis/db/schema";
import { and, eq, inArray, isNull, ne } from "drizzle-orm";
import { recordAuditEvent } from "../audit/index.ts";
import { announce } from "../kernel/changes.ts";
import { asSystem, type CoreContext, type Transaction } from "../kernel/context.ts";
import { isCoreError } from "../kernel/errors.ts";
import { recordEdge } from "../lineage/index.ts";
import { notify } from "../notifications/index.ts";
import { triggerParameters } from "../pipelines/domain/trigger.ts";
import { startRun } from "../pipelines/index.ts";
import { retrainPolicy } from "./move-alert.ts";
import { findWatched, type WatchedDeployment } from "./watched-deployment.ts";

type AlertRow = typeof alert.$inferSelect;

/**
 * Starts what `trellis.yaml` wants after a drift alert, once for each alert: the alert's id is the key of the run, so a repeat
 * after a crash finds the run it has started. While another run of the pipeline is under way nothing is started; the next
 * evaluation asks again.
 */
export async function startRetraining(ctx: CoreContext, input: { alertId: string }): Promise<void> {
  const system = asSystem(ctx, "Monitoring");
  const [row] = await ctx.db.select().from(alert).where(eq(alert.id, input.alertId));
  if (!row || row.runId) return;
  const watched = await findWatched(system, row.deploymentId);
  // Late rows can show drift and its end at once; it was drift all the same. With another version live it is no matter any more.
  if (row.status === "resolved" && watched?.liveVersion?.id !== row.versionId) return;
  const [monitor] = await ctx.db.select().from(monitorTable).where(eq(monitorTable.id, row.monitorId));
  if (!watched || !monitor) return;
  const policy = await retrainPolicy(system, watched, monitor);
  for (const { name, trigger } of policy?.pipelines ?? []) {
    const key = `drift:${row.id}`;
    if (await isOtherUnderWay(system, watched.project.id, name, key)) continue;
    try {
      const parameters = triggerParameters(trigger, { windowEnd: row.windowEnd });
      const cause = { alertId: row.id, summary: row.summary, deployment: watched.name, reportId: row.reportId };
      const started = await startRun(system, { project: watched.project.id, pipeline: name, parameters, trigger: { kind: "drift", key, cause } });
      await linkRun(system, watched, row, started);
    } catch (error) {
      if (!isCoreError(error) || error.code === "UNAVAILABLE" || error.code === "CONFLICT") throw error;
      await tellOnce(system, watched, row, name, error.message);
    }
  }
}

/** Writes down that the alert has led to this run, and the report that caused it as its origin. */
export async function linkRun(ctx: CoreContext, watched: WatchedDeployment, row: AlertRow, started: { runId: string; number: number }): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [linked] = await tx
      .update(alert)
      .set({ runId: started.runId })
      .where(and(eq(alert.id, row.id), isNull(alert.runId)))
      .returning({ id: alert.id });
    await recordEdge(tx, ctx, {
      from: { kind: "drift_report", id: row.reportId },
      to: { kind: "run", id: started.runId },
      relation: "caused",
      projectId: watched.project.id,
    });
    if (linked)
      await recordAuditEvent(tx, ctx, {
        action: "monitoring.alert.retrain",
        subject: { kind: "alert", id: row.id, name: watched.name },
        projectId: watched.project.id,
        data: { runId: started.runId, run: started.number },
      });
    await announce(tx, `monitor:${watched.id}`, `runs:${watched.project.id}`);
  });
}

async function isOtherUnderWay(ctx: CoreContext, projectId: string, pipeline: string, ownKey: string): Promise<boolean> {
  const [found] = await ctx.db
    .select({ id: run.id })
    .from(run)
    .where(
      and(eq(run.projectId, projectId), eq(run.pipelineName, pipeline), ne(run.triggerKey, ownKey), inArray(run.status, ["queued", "running", "cancelling"])),
    )
    .limit(1);
  return found !== undefined;
}

/** The members learn once for each alert that nothing could be started, and why. */
async function tellOnce(ctx: CoreContext, watched: WatchedDeployment, row: AlertRow, pipeline: string, reason: string): Promise<void> {
  const action = "monitoring.alert.refuse-retrain";
  await ctx.db.transaction(async (tx) => {
    await lockAlert(tx, row.id);
    const [told] = await tx
      .select({ seq: auditEvent.seq })
      .from(auditEvent)
      .where(and(eq(auditEvent.action, action), eq(auditEvent.subjectId, row.id)))
      .limit(1);
    if (told) return;
    await recordAuditEvent(tx, ctx, {
      action,
      subject: { kind: "alert", id: row.id, name: watched.name },
      projectId: watched.project.id,
      data: { pipeline, reason },
    });
    const members = await tx.select({ userId: projectMember.userId }).from(projectMember).where(eq(projectMember.projectId, watched.project.id)).limit(200);
    await notify(tx, ctx, {
      userIds: members.map(({ userId }) => userId),
      kind: "drift_alert",
      title: `${watched.name}: ${pipeline} could not be started`,
      body: reason,
      href: `/monitoring/${watched.name}`,
    });
  });
}

async function lockAlert(tx: Transaction, id: string): Promise<void> {
  await tx.select({ id: alert.id }).from(alert).where(eq(alert.id, id)).for("update");
}
