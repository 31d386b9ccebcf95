import { enqueueJob } from "../jobs/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { monitorEvaluateAll } from "./jobs.ts";

/** How often every deployment is looked at without being asked: windows close with time, also when nothing comes any more. */
const EVERY_MS = 15 * 60_000;

/** Asks for an evaluation of all monitors, now and every quarter of an hour, until it is stopped. */
export function startMonitoring(ctx: CoreContext): { stop(): Promise<void> } {
  let asking: Promise<void> = Promise.resolve();
  const ask = (): void => {
    asking = enqueueJob(ctx.db, monitorEvaluateAll, {}, { key: "all" }).catch((error: unknown) => {
      ctx.log.warn({ error: String(error) }, "could not ask for an evaluation of all monitors");
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
