import { pipeline, pipelineTrigger } from "@trellis/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../../audit/index.ts";
import { type Project, requireProject } from "../../catalog/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError, isCoreError, notFound } from "../../kernel/errors.ts";
import { nextFire } from "../domain/schedule.ts";
import { SigningKeysCapability } from "../ports.ts";
import { wakeScheduler } from "../wake-scheduler.ts";
import { asTriggerSpec } from "./fire-trigger.ts";
import { webhookSecret } from "./webhook-signature.ts";

export const triggerInput = z.object({ triggerId: z.uuid() });

/** Lets a trigger start nothing until it is resumed; what happens meanwhile is not made up for. Again: nothing changes. */
export async function pauseTrigger(ctx: CoreContext, input: z.input<typeof triggerInput>): Promise<{ paused: boolean }> {
  return setPaused(ctx, triggerInput.parse(input).triggerId, true);
}

/** Lets a paused trigger start runs again, from now on. */
export async function resumeTrigger(ctx: CoreContext, input: z.input<typeof triggerInput>): Promise<{ paused: boolean }> {
  return setPaused(ctx, triggerInput.parse(input).triggerId, false);
}

async function setPaused(ctx: CoreContext, triggerId: string, paused: boolean): Promise<{ paused: boolean }> {
  const { row, project } = await requireTrigger(ctx, triggerId);
  const spec = asTriggerSpec(row.spec);
  await ctx.db.transaction(async (tx) => {
    const [moved] = await tx
      .update(pipelineTrigger)
      .set({
        pausedAt: paused ? ctx.now() : null,
        pausedByName: paused ? ctx.actor.name : null,
        nextFireAt: !paused && spec.kind === "schedule" ? nextFire(spec, ctx.now()) : null,
      })
      .where(and(eq(pipelineTrigger.id, triggerId), paused ? isNull(pipelineTrigger.pausedAt) : sql`${pipelineTrigger.pausedAt} is not null`))
      .returning({ id: pipelineTrigger.id });
    if (!moved) return;
    await recordAuditEvent(tx, ctx, {
      action: paused ? "pipelines.trigger.pause" : "pipelines.trigger.resume",
      subject: { kind: "project", id: project.id, name: project.slug },
      projectId: project.id,
      data: { trigger: row.name },
    });
    await announce(tx, `project:${project.id}`, `runs:${project.id}`);
    await wakeScheduler(tx);
  });
  return { paused };
}

/** A new secret of a webhook, which is told this once; one that was made before is void from then on. */
export async function makeWebhookSecret(ctx: CoreContext, input: z.input<typeof triggerInput>): Promise<{ secret: string; path: string }> {
  const { row, project } = await requireTrigger(ctx, triggerInput.parse(input).triggerId);
  if (row.kind !== "webhook") throw new CoreError("INVALID", `${row.name} is no webhook; only webhooks have a secret.`);
  const number = await ctx.db.transaction(async (tx) => {
    const [made] = await tx
      .update(pipelineTrigger)
      .set({ secretNumber: sql`${pipelineTrigger.secretNumber} + 1` })
      .where(eq(pipelineTrigger.id, row.id))
      .returning({ number: pipelineTrigger.secretNumber });
    await recordAuditEvent(tx, ctx, {
      action: "pipelines.trigger.secret",
      subject: { kind: "project", id: project.id, name: project.slug },
      projectId: project.id,
      data: { trigger: row.name },
    });
    await announce(tx, `project:${project.id}`);
    return made?.number ?? 1;
  });
  return { secret: webhookSecret(ctx.resolve(SigningKeysCapability), row.id, number), path: `/api/v1/hooks/${row.id}` };
}

async function requireTrigger(
  ctx: CoreContext,
  triggerId: string,
): Promise<{ row: typeof pipelineTrigger.$inferSelect; project: Project; pipelineName: string }> {
  const [found] = await ctx.db
    .select({ row: pipelineTrigger, pipelineName: pipeline.name })
    .from(pipelineTrigger)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTrigger.pipelineId))
    .where(and(eq(pipelineTrigger.id, triggerId), isNull(pipelineTrigger.removedAt)));
  if (!found) throw notFound("Trigger", triggerId);
  const project = await requireProject(ctx, found.row.projectId, "project.write").catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Trigger", triggerId) : error;
  });
  return { ...found, project };
}
