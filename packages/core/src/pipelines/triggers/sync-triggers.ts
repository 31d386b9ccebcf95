import { pipelineTrigger } from "@trellis/db/schema";
import { and, eq, inArray, isNull, notInArray } from "drizzle-orm";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import type { TriggerSpec } from "../domain/pipeline-spec.ts";
import { nextFire } from "../domain/schedule.ts";
import { triggerName } from "../domain/trigger.ts";

/**
 * Makes a pipeline's triggers those that its file declares, in the transaction that registers it. One that stays keeps what
 * people and time have done to it: paused, its secret, when it fires next. Drift is watched by monitors and has no row.
 */
export async function syncTriggers(
  tx: Transaction,
  ctx: CoreContext,
  input: { projectId: string; pipelineId: string; triggers: readonly TriggerSpec[] },
): Promise<void> {
  const declared = input.triggers.filter((trigger) => trigger.kind !== "drift");
  const known = await tx.select().from(pipelineTrigger).where(eq(pipelineTrigger.pipelineId, input.pipelineId));
  for (const spec of declared) {
    const name = triggerName(spec);
    const row = known.find((candidate) => candidate.name === name);
    const waits = spec.kind === "schedule" && !row?.pausedAt;
    const nextFireAt = !waits ? null : row?.nextFireAt && !row.removedAt ? row.nextFireAt : nextFire(spec, ctx.now());
    await tx
      .insert(pipelineTrigger)
      .values({ id: ctx.newId(), projectId: input.projectId, pipelineId: input.pipelineId, name, kind: spec.kind, spec, nextFireAt, createdAt: ctx.now() })
      .onConflictDoUpdate({ target: [pipelineTrigger.pipelineId, pipelineTrigger.name], set: { spec, nextFireAt, removedAt: null } });
  }
  const names = declared.map(triggerName);
  await tx
    .update(pipelineTrigger)
    .set({ removedAt: ctx.now(), nextFireAt: null })
    .where(
      and(
        eq(pipelineTrigger.pipelineId, input.pipelineId),
        isNull(pipelineTrigger.removedAt),
        names.length > 0 ? notInArray(pipelineTrigger.name, names) : undefined,
      ),
    );
}

/** Triggers of pipelines that the file does not declare any more. */
export async function removeTriggers(tx: Transaction, ctx: CoreContext, pipelineIds: string[]): Promise<void> {
  if (pipelineIds.length === 0) return;
  await tx
    .update(pipelineTrigger)
    .set({ removedAt: ctx.now(), nextFireAt: null })
    .where(and(inArray(pipelineTrigger.pipelineId, pipelineIds), isNull(pipelineTrigger.removedAt)));
}
