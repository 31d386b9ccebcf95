import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { CHANGES_CHANNEL } from "@trellis/core/kernel/changes.ts";
import { monitorEvaluate, monitorEvaluateAll } from "@trellis/core/monitoring/index.ts";
import { scaffoldExecute } from "@trellis/core/scaffolder/index.ts";
import { inferencesRecorded } from "@trellis/core/serving/index.ts";
import { jobOutbox, run, step } from "@trellis/db/schema";
import { and, asc, eq, gt, inArray } from "drizzle-orm";
import { JOB_HANDLERS } from "../job-handlers.ts";
import type { SeedWorldContext } from "./seed-world.ts";

/** The seed judges monitors itself, once a week of its own time. */
const JUDGED_BY_THE_SEED = new Set([inferencesRecorded.name, monitorEvaluate.name, monitorEvaluateAll.name]);
const HANDLERS = new Map(JOB_HANDLERS.filter(({ name }) => !JUDGED_BY_THE_SEED.has(name)).map((handler) => [handler.name, handler]));

/** Does all that waits, as the portal's worker and scheduler would: jobs in their order and runs to their end. */
export async function settle(world: SeedWorldContext): Promise<void> {
  const { db } = world.system;
  const changed: { wake(): void } = { wake() {} };
  const unlisten = await world.trellis.database.listen(CHANGES_CHANNEL, () => changed.wake());
  try {
    for (;;) {
      const next = new Promise<void>((resolve) => (changed.wake = resolve));
      await doJobs(world);
      const live = await db.$count(run, inArray(run.status, ["queued", "running", "cancelling"]));
      if (live === 0) {
        if ((await db.$count(jobOutbox)) === 0) return;
        continue;
      }
      await passBackOff(world);
      world.scheduler.kick();
      await next;
    }
  } finally {
    await unlisten();
  }
}

async function doJobs(world: SeedWorldContext): Promise<void> {
  const { system, clock, problems } = world;
  for (;;) {
    const [job] = await system.db.select().from(jobOutbox).orderBy(asc(jobOutbox.seq)).limit(1);
    if (!job) return;
    clock.advance(Math.min(job.delaySeconds, 60));
    try {
      await HANDLERS.get(job.name)?.run(job.name === scaffoldExecute.name ? takingTime(world) : system, job.payload);
    } catch (error) {
      problems.push(`${job.name}: ${String(error)}`);
    }
    await system.db.delete(jobOutbox).where(eq(jobOutbox.seq, job.seq));
  }
}

/** A context in which looking at the clock takes some time, so that the steps of a task last as long as they do elsewhere. */
function takingTime({ system, clock }: SeedWorldContext): CoreContext {
  const now = (): Date => {
    clock.advance(0.35);
    return clock.now();
  };
  return { ...system, now };
}

/** A step that waits for its next attempt does not keep the company waiting. */
async function passBackOff({ system, clock }: SeedWorldContext): Promise<void> {
  const [waiting] = await system.db
    .select({ at: step.availableAt })
    .from(step)
    .where(and(eq(step.status, "queued"), gt(step.availableAt, clock.now())))
    .orderBy(asc(step.availableAt))
    .limit(1);
  if (waiting?.at) clock.reach(waiting.at);
}
