import { enqueueJob } from "../../jobs/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { artifactsCollect } from "../jobs.ts";

const EVERY_MS = 6 * 60 * 60 * 1000;

/** Has garbage of the artifact store collected, now and every six hours, until it is stopped. */
export function startCollectingGarbage(ctx: CoreContext): { stop(): Promise<void> } {
  let asking: Promise<void> = Promise.resolve();
  const ask = (): void => {
    asking = enqueueJob(ctx.db, artifactsCollect, {}, { key: "all" }).catch((error: unknown) => {
      ctx.log.warn({ error: String(error) }, "could not ask for the collection of garbage");
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
