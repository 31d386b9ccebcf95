import { alert, driftReport, monitor as monitorTable } from "@trellis/db/schema";
import { and, desc, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import type { ParameterValue } from "../pipelines/domain/pipeline-spec.ts";
import { triggerParameters } from "../pipelines/domain/trigger.ts";
import { projectSpec, startRun } from "../pipelines/index.ts";
import { type AlertRecord, requireAlert } from "./change-alert.ts";
import { ensureMonitor } from "./ensure-monitor.ts";
import { retrainPolicy } from "./move-alert.ts";
import { linkRun } from "./start-retraining.ts";
import { requireWatched, type WatchedDeployment } from "./watched-deployment.ts";

export const retrainNowInput = z.union([z.object({ alertId: z.uuid() }), z.object({ deploymentId: z.string().max(200) })]);

/**
 * Starts a retraining run because a person asks for it, with the parameters that a drift alert would give it. PRECONDITION_FAILED
 * when the project has no pipeline that makes this model.
 */
export async function retrainNow(ctx: CoreContext, input: z.infer<typeof retrainNowInput>): Promise<{ runId: string; number: number }> {
  const { watched, row } = await subjectOf(ctx, input);
  const plan = await retrainPlan(ctx, watched, row);
  const cause = { deployment: watched.name, ...(row ? { alertId: row.id, summary: row.summary, reportId: row.reportId } : {}) };
  const started = await startRun(ctx, {
    project: watched.project.id,
    pipeline: plan.pipeline,
    parameters: plan.parameters,
    trigger: { kind: "manual", key: `retrain:${ctx.newId()}`, cause },
  });
  if (row) await linkRun(ctx, watched, row, started);
  return { runId: started.runId, number: started.number };
}

async function subjectOf(ctx: CoreContext, input: z.infer<typeof retrainNowInput>): Promise<{ watched: WatchedDeployment; row: AlertRecord | null }> {
  if ("alertId" in input) return requireAlert(ctx, input.alertId, "project.write");
  const watched = await requireWatched(ctx, input.deploymentId, "project.write");
  const [row] = await ctx.db
    .select()
    .from(alert)
    .where(and(eq(alert.deploymentId, watched.id), inArray(alert.status, ["firing", "acknowledged"])))
    .orderBy(desc(alert.openedAt))
    .limit(1);
  return { watched, row: row ?? null };
}

async function retrainPlan(
  ctx: CoreContext,
  watched: WatchedDeployment,
  row: AlertRecord | null,
): Promise<{ pipeline: string; parameters: Record<string, ParameterValue> }> {
  const monitor = await ensureMonitor(ctx, watched.id);
  const policy = await retrainPolicy(ctx, watched, monitor);
  const declared = policy?.pipelines[0];
  if (declared) {
    const windowEnd = row?.windowEnd ?? (await lastWindowEnd(ctx, watched.id));
    if (windowEnd) return { pipeline: declared.name, parameters: triggerParameters(declared.trigger, { windowEnd }) };
    return { pipeline: declared.name, parameters: {} };
  }
  const { spec } = await projectSpec(ctx, { project: watched.project.id });
  const makes = Object.values(spec?.pipelines ?? {}).find(({ register }) => register?.model === watched.model.name);
  if (!makes)
    throw new CoreError(
      "PRECONDITION_FAILED",
      `No pipeline of ${watched.project.slug} makes the model ${watched.model.name}. Declare one with "register" in trellis.yaml.`,
    );
  return { pipeline: makes.name, parameters: {} };
}

async function lastWindowEnd(ctx: CoreContext, deploymentId: string): Promise<Date | null> {
  const [row] = await ctx.db
    .select({ end: driftReport.windowEnd })
    .from(driftReport)
    .innerJoin(monitorTable, eq(monitorTable.id, driftReport.monitorId))
    .where(eq(monitorTable.deploymentId, deploymentId))
    .orderBy(desc(driftReport.windowStart))
    .limit(1);
  return row?.end ?? null;
}
