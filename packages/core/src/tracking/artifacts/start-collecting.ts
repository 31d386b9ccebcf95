import { enqueueJob } from "../../jobs/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { artifactsCollect, trackingRemoveDeleted } from "../jobs.ts";

const EVERY_MS = 6 * 60 * 60 * 1000;

/**
 * Has what was deleted more than `keepDeletedDays` days ago removed and garbage of the artifact store collected, now and every
 * six hours, until it is stopped.
 */
export function startCollectingGarbage(ctx: CoreContext, options: { keepDeletedDays: number }): { stop(): Promise<void> } {
  let asking: Promise<void> = Promise.resolve();
  const ask = (): void => {
    const asked = enqueueJob(ctx.db, trackingRemoveDeleted, { keepDays: options.keepDeletedDays }, { key: "all" }).then(() =>
      enqueueJob(ctx.db, artifactsCollect, {}, { key: "all" }),
    );
    asking = asked.catch((error: unknown) => {
      ctx.log.warn({ error: String(error) }, "could not ask for the removal of what is deleted");
    });
  };
  ask();
  const timer = setInterval(ask, EVERY_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await asking;
    },
  };
}
