import type { DatabaseHandle } from "@trellis/db";
import { jobOutbox } from "@trellis/db/schema";
import { asc, inArray } from "drizzle-orm";
import { PgBoss } from "pg-boss";
import type { CoreContext } from "../kernel/context.ts";
import { isCoreError } from "../kernel/errors.ts";
import type { JobHandler } from "./define-job.ts";
import { type DueWatch, watchDueJobs } from "./due-watch.ts";
import { JOBS_CHANNEL } from "./enqueue-job.ts";

const SCHEMA = "trellis_jobs";
/** Workers are woken by NOTIFY; polling only catches what a lost connection missed. */
const BACKSTOP_SECONDS = 300;
/** How often the queue looks for jobs that have stalled. The embedded database has one process, which takes them up at its start. */
const SUPERVISE_SECONDS = { pglite: 600, postgres: 60 };
/** Parts of the queue that nothing here uses (flows, changes of its own indexes) would otherwise ask the database every few seconds. */
const UNUSED_SECONDS = 3_600;
/** Jobs of one kind that run side by side. */
const WORKERS_A_QUEUE = 2;
/** How long after its process died a running job is given to another; pg-boss's least is 10. */
const HEARTBEAT_SECONDS = 10;

export type JobWorker = {
  /** Finishes what is under way (at most 5 s) and takes nothing new. */
  stop(): Promise<void>;
};

/**
 * Starts to run background jobs: moves what transactions left in the outbox to the queue (pg-boss) and calls the handlers.
 * Jobs with one key never run at the same time. A job that throws a `CoreError` of the user's making is not tried again.
 */
export async function startJobWorker(ctx: CoreContext, database: DatabaseHandle, handlers: JobHandler[]): Promise<JobWorker> {
  const boss = new PgBoss({
    db: {
      executeSql: (text, values) => database.execute(text, values),
      listen: async (channel, onNotification, onReconnect) => ({ close: await database.listen(channel, onNotification, { onReconnect }) }),
    },
    backend: database.kind,
    schema: SCHEMA,
    useListenNotify: true,
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS[database.kind],
    monitorIntervalSeconds: SUPERVISE_SECONDS[database.kind],
    queueCacheIntervalSeconds: SUPERVISE_SECONDS[database.kind],
    flowIntervalSeconds: UNUSED_SECONDS,
    bamIntervalSeconds: UNUSED_SECONDS,
    openTelemetry: { enabled: false },
  });
  boss.on("error", (error) => ctx.log.error({ error: String(error) }, "job queue error"));
  await boss.start();
  await rescueJobs(database);
  const workers = new Map<string, string[]>();
  const due = watchDueJobs({
    database,
    schema: SCHEMA,
    names: handlers.map((handler) => handler.name),
    wake: (name) => workers.get(name)?.forEach((id) => boss.notifyWorker(id)),
    log: ctx.log,
  });
  for (const handler of handlers) workers.set(handler.name, await serve(ctx, boss, handler, due));
  due.expect();
  // A process that was killed just before this one started counts as alive until its heartbeat is too old.
  const rescue =
    database.kind === "pglite"
      ? undefined
      : setTimeout(
          () => void rescueJobs(database).then(due.expect, (error: unknown) => ctx.log.warn({ error: String(error) }, "could not look for cut-off jobs")),
          (HEARTBEAT_SECONDS + 2) * 1_000,
        );
  const relay = await startOutboxRelay(ctx, database, boss, due, new Set(handlers.map((handler) => handler.name)));
  return {
    async stop() {
      clearTimeout(rescue);
      await relay.stop();
      await due.stop();
      await boss.stop({ graceful: true, timeout: 5_000, close: false });
    },
  };
}

/**
 * Takes up jobs whose process died: on the embedded database, which has one process, all that count as running; on PostgreSQL
 * those without a heartbeat, which the queue itself would notice only at its next supervision and begin at the next poll.
 */
async function rescueJobs(database: DatabaseHandle): Promise<void> {
  const silent = database.kind === "pglite" ? "" : `and heartbeat_seconds is not null and heartbeat_on < now() - heartbeat_seconds * interval '1 second'`;
  // Where another of its key waits for its next try already, that one stands for both: the queue holds one a key and state.
  const covered = `exists (select from ${SCHEMA}.job other where other.name = job.name and other.state = 'retry' and other.singleton_key is not distinct from job.singleton_key)`;
  await database.execute(`update ${SCHEMA}.job set state = 'cancelled', completed_on = now() where state = 'active' ${silent} and ${covered}`, []);
  await database.execute(`update ${SCHEMA}.job set state = 'retry', start_after = now() where state = 'active' ${silent}`, []);
}

async function serve(ctx: CoreContext, boss: PgBoss, handler: JobHandler, due: DueWatch): Promise<string[]> {
  await boss.createQueue(handler.name, {
    policy: "stately",
    notify: true,
    retryLimit: handler.retryLimit,
    retryDelay: 1,
    retryBackoff: true,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    deleteAfterSeconds: 86_400,
  });
  const options = { notifyPollingIntervalSeconds: BACKSTOP_SECONDS, pollingIntervalSeconds: 2 };
  const run = async ([job]: { id: string; data: unknown }[]): Promise<void> => {
    if (!job) return;
    try {
      await handler.run(ctx, job.data);
    } catch (error) {
      ctx.log.error({ job: handler.name, jobId: job.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, "job failed");
      if (isCoreError(error) && error.code !== "UNAVAILABLE" && error.code !== "CONFLICT") return;
      due.expect();
      throw error;
    }
  };
  return Promise.all(Array.from({ length: WORKERS_A_QUEUE }, () => boss.work(handler.name, options, run)));
}

/** Hands outbox rows over to the queue, woken by the transactions that write them. */
async function startOutboxRelay(
  ctx: CoreContext,
  database: DatabaseHandle,
  boss: PgBoss,
  due: DueWatch,
  answered: ReadonlySet<string>,
): Promise<{ stop(): Promise<void> }> {
  let wanted = false;
  let stopped = false;
  let running: Promise<void> | null = null;

  const drain = async (): Promise<void> => {
    while (wanted && !stopped) {
      wanted = false;
      try {
        while ((await relayBatch(ctx, boss, due, answered)) === RELAY_BATCH);
      } catch (error) {
        ctx.log.error({ error: String(error) }, "outbox relay failed");
      }
    }
  };
  const kick = (): void => {
    wanted = true;
    running ??= drain().finally(() => {
      running = null;
      if (wanted && !stopped) kick();
    });
  };
  const unlisten = await database.listen(JOBS_CHANNEL, kick, { onReconnect: kick });
  kick();
  return {
    async stop() {
      stopped = true;
      await unlisten();
      await running;
    },
  };
}

const RELAY_BATCH = 100;

/**
 * Each row is sent under the id that it was given when it was written, and deleted afterwards: a crash in between sends it
 * again, which the queue ignores. Not one transaction, since pg-boss reads its queues on a connection of its own, and the
 * embedded database has but one.
 */
async function relayBatch(ctx: CoreContext, boss: PgBoss, due: DueWatch, answered: ReadonlySet<string>): Promise<number> {
  const rows = await ctx.db.select().from(jobOutbox).orderBy(asc(jobOutbox.seq)).limit(RELAY_BATCH);
  for (const row of rows) {
    // A fact that nobody asked to be told of.
    if (!answered.has(row.name)) continue;
    await boss.send(row.name, row.payload, {
      id: row.jobId,
      singletonKey: row.key ?? row.jobId,
      ...(row.delaySeconds > 0 ? { startAfter: row.delaySeconds } : {}),
    });
  }
  if (rows.some((row) => row.delaySeconds > 0)) due.expect();
  if (rows.length > 0)
    await ctx.db.delete(jobOutbox).where(
      inArray(
        jobOutbox.seq,
        rows.map((row) => row.seq),
      ),
    );
  return rows.length;
}
