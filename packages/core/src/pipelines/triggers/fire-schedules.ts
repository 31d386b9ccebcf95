import { pipelineTrigger } from "@trellis/db/schema";
import { asc, eq, lte } from "drizzle-orm";
import { enqueueJob } from "../../jobs/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { dayIn, dueFires } from "../domain/schedule.ts";
import { FIRE_DATE } from "../domain/trigger.ts";
import { pipelinesFire } from "../jobs.ts";
import { asTriggerSpec } from "./fire-trigger.ts";

const BATCH = 100;

/**
 * Asks for the runs of all schedules that are due, and writes down when each fires next, in one transaction: a crash repeats
 * nothing and loses nothing. The moment of the firing is its key, so two portals cannot fire it twice either.
 */
export async function fireDueSchedules(ctx: CoreContext): Promise<void> {
  const now = ctx.now();
  await ctx.db.transaction(async (tx) => {
    const due = await tx
      .select()
      .from(pipelineTrigger)
      .where(lte(pipelineTrigger.nextFireAt, now))
      .orderBy(asc(pipelineTrigger.nextFireAt))
      .limit(BATCH)
      .for("update", { skipLocked: true });
    for (const row of due) {
      const spec = asTriggerSpec(row.spec);
      if (spec.kind !== "schedule" || !row.nextFireAt) continue;
      const { fires, next } = dueFires(spec, row.nextFireAt, now);
      await tx.update(pipelineTrigger).set({ nextFireAt: next }).where(eq(pipelineTrigger.id, row.id));
      for (const fire of fires) {
        await enqueueJob(tx, pipelinesFire, {
          triggerId: row.id,
          key: fire.toISOString(),
          values: { [FIRE_DATE]: dayIn(spec.timezone, fire) },
          cause: { triggerId: row.id, scheduledFor: fire.toISOString(), summary: `${spec.cron} ${spec.timezone}` },
        });
      }
    }
  });
}
