import type { DatabaseHandle } from "@trellis/db";
import type { Logger } from "../kernel/context.ts";

/** A retry is in the queue only after its failure was written down: the first looks come soon, then at this pace. */
const FIRST_LOOK_MS = 300;
const LOOK_AGAIN_MS = 1_000;
/** Looks that may find nothing before the watch rests. */
const PATIENCE = 5;
/** Longest sleep; timers of Node end at 24 days. */
const LONGEST_MS = 60 * 60_000;

export type DueWatch = {
  /** Something in the queue will be due later: a delayed job, or one that failed and is tried again. */
  expect(): void;
  stop(): Promise<void>;
};

/**
 * Wakes queues when a job in them becomes due. The queue itself notifies of jobs that are due at once; for others it polls,
 * and between two polls lie many seconds. Sleeps without a query while nothing is expected.
 */
export function watchDueJobs(options: { database: DatabaseHandle; schema: string; names: string[]; wake(name: string): void; log: Logger }): DueWatch {
  const { database, schema, names, wake, log } = options;
  const text = `select name, ceil(extract(epoch from min(start_after) - now()) * 1000)::int as "inMs" from ${schema}.job where state in ('created', 'retry') and name = any($1) group by name`;
  let timer: NodeJS.Timeout | null = null;
  let patience = 0;
  let stopped = false;
  let looking: Promise<void> = Promise.resolve();

  const arm = (ms: number): void => {
    if (stopped) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => (looking = look()), Math.min(ms, LONGEST_MS));
  };
  const look = async (): Promise<void> => {
    try {
      const found = await database.execute(text, [names]);
      const rows = found.rows.map((row) => ({ name: String(row["name"]), inMs: Number(row["inMs"]) }));
      for (const row of rows) if (row.inMs <= 0) wake(row.name);
      const later = rows.filter((row) => row.inMs > 0).map((row) => row.inMs);
      if (later.length > 0) return arm(Math.min(...later));
    } catch (error) {
      log.warn({ error: String(error) }, "could not look for due jobs");
    }
    patience -= 1;
    if (patience > 0) arm(LOOK_AGAIN_MS);
  };
  return {
    expect() {
      patience = PATIENCE;
      arm(FIRST_LOOK_MS);
    },
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      await looking;
    },
  };
}
