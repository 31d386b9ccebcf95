import { alert } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import type { Permission } from "../identity/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError, isCoreError, notFound } from "../kernel/errors.ts";
import { assertMove } from "../kernel/state-machine.ts";
import { ALERT_MOVES, type AlertStatus } from "./domain/alert-state.ts";
import { requireWatched, type WatchedDeployment } from "./watched-deployment.ts";

export type AlertRecord = typeof alert.$inferSelect;

export const acknowledgeAlertInput = z.object({ alertId: z.uuid() });

/** Says that a person looks at the alert; it stays open. Twice is once. CONFLICT when it is resolved. */
export async function acknowledgeAlert(ctx: CoreContext, input: z.infer<typeof acknowledgeAlertInput>): Promise<void> {
  const { row, watched } = await requireAlert(ctx, input.alertId, "project.write");
  if (row.status === "acknowledged") return;
  await changeAlert(ctx, watched, row, "acknowledged", { acknowledgedBy: ctx.actor.kind === "user" ? ctx.actor.userId : null }, {});
}

export const resolveAlertInput = z.object({ alertId: z.uuid(), reason: z.string().trim().max(500).default("") });

/** Closes the alert by hand; only windows after it can open another. Twice is once. */
export async function resolveAlert(ctx: CoreContext, input: z.input<typeof resolveAlertInput>): Promise<void> {
  const { reason } = resolveAlertInput.parse(input);
  const { row, watched } = await requireAlert(ctx, input.alertId, "project.write");
  if (row.status === "resolved") return;
  await changeAlert(ctx, watched, row, "resolved", { resolvedAt: ctx.now() }, { reason });
}

/** The alert with its deployment, if the actor may do this in its project; NOT_FOUND otherwise. */
export async function requireAlert(
  ctx: CoreContext,
  alertId: string,
  permission: Permission = "project.read",
): Promise<{ row: AlertRecord; watched: WatchedDeployment }> {
  const [row] = await ctx.db.select().from(alert).where(eq(alert.id, alertId));
  if (!row) throw notFound("Alert", alertId);
  const watched = await requireWatched(ctx, row.deploymentId, permission).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Alert", alertId) : error;
  });
  return { row, watched };
}

async function changeAlert(
  ctx: CoreContext,
  watched: WatchedDeployment,
  row: AlertRecord,
  status: Exclude<AlertStatus, "firing">,
  values: Partial<AlertRecord>,
  data: Record<string, unknown>,
): Promise<void> {
  assertMove(ALERT_MOVES, `The alert on ${watched.name}`, row.status, status);
  await ctx.db.transaction(async (tx) => {
    const [moved] = await tx
      .update(alert)
      .set({ status, ...values })
      .where(and(eq(alert.id, row.id), eq(alert.status, row.status)))
      .returning({ id: alert.id });
    if (!moved) throw new CoreError("CONFLICT", `The alert on ${watched.name} has changed meanwhile. Look at it again.`);
    await recordAuditEvent(tx, ctx, {
      action: status === "acknowledged" ? "monitoring.alert.acknowledge" : "monitoring.alert.resolve",
      subject: { kind: "alert", id: row.id, name: watched.name },
      projectId: watched.project.id,
      data,
    });
    await announce(tx, `monitor:${watched.id}`, `project:${watched.project.id}`);
  });
}
