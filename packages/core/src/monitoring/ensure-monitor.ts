import { monitor } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { recordAuditEvent } from "../audit/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import { announce } from "../kernel/changes.ts";
import { asSystem, type CoreContext } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import type { MonitorSpec } from "../pipelines/domain/pipeline-spec.ts";
import { projectSpec } from "../pipelines/index.ts";
import { monitorEvaluate } from "./jobs.ts";
import { findWatched, type WatchedDeployment } from "./watched-deployment.ts";

export type Monitor = typeof monitor.$inferSelect;
export type NamedMonitorSpec = { name: string } & Omit<MonitorSpec, "environment">;

const WEEK_SECONDS = 604_800;

/** What watches a deployment whose project declares no monitor for its environment. */
export const DEFAULT_MONITOR: NamedMonitorSpec = { name: "default", windowSeconds: WEEK_SECONDS, minRows: 200, alertAfter: 2, ofLast: 3 };

/**
 * Makes the deployment's monitor what `trellis.yaml` says now (or `spec`). With another window length all windows count anew;
 * reports over the old length stay for what they caused.
 */
export async function ensureMonitor(ctx: CoreContext, deploymentId: string, spec?: NamedMonitorSpec): Promise<Monitor> {
  const system = asSystem(ctx, "Monitoring");
  const watched = await findWatched(system, deploymentId);
  if (!watched) throw notFound("Deployment", deploymentId);
  const wanted = spec ?? (await declaredMonitor(system, watched));
  const [present] = await ctx.db.select().from(monitor).where(eq(monitor.deploymentId, watched.id));
  if (present && isSame(present, wanted)) return present;
  return ctx.db.transaction(async (tx) => {
    const values = { name: wanted.name, windowSeconds: wanted.windowSeconds, minRows: wanted.minRows, alertAfter: wanted.alertAfter, ofLast: wanted.ofLast };
    const [saved] = await tx
      .insert(monitor)
      .values({ id: ctx.newId(), deploymentId: watched.id, ...values, createdAt: ctx.now() })
      .onConflictDoUpdate({
        target: monitor.deploymentId,
        set: { ...values, ...(present && present.windowSeconds !== wanted.windowSeconds ? { evaluatedTo: null } : {}) },
      })
      .returning();
    if (!saved) throw notFound("Monitor", watched.name);
    await recordAuditEvent(tx, system, {
      action: present ? "monitoring.monitor.change" : "monitoring.monitor.create",
      subject: { kind: "monitor", id: saved.id, name: watched.name },
      projectId: watched.project.id,
      data: values,
    });
    await announce(tx, `monitor:${watched.id}`);
    return saved;
  });
}

/** Answers the fact that a version is live: the deployment is watched from now on, and judged anew. */
export async function ensureMonitorOf(ctx: CoreContext, fact: { deploymentId: string }): Promise<void> {
  await ensureMonitor(ctx, fact.deploymentId);
  await enqueueJob(ctx.db, monitorEvaluate, { deploymentId: fact.deploymentId }, { key: fact.deploymentId });
}

async function declaredMonitor(ctx: CoreContext, watched: WatchedDeployment): Promise<NamedMonitorSpec> {
  const { spec } = await projectSpec(ctx, { project: watched.project.id });
  const found = Object.entries(spec?.monitors ?? {}).find(([, candidate]) => candidate.environment === watched.environment);
  return found ? { name: found[0], ...found[1] } : DEFAULT_MONITOR;
}

function isSame(present: Monitor, wanted: NamedMonitorSpec): boolean {
  return (
    present.name === wanted.name &&
    present.windowSeconds === wanted.windowSeconds &&
    present.minRows === wanted.minRows &&
    present.alertAfter === wanted.alertAfter &&
    present.ofLast === wanted.ofLast
  );
}
