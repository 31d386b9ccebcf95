import { rm } from "node:fs/promises";
import { totalmem } from "node:os";
import type { DatabaseHandle } from "@trellis/db";
import { attempt, run, step } from "@trellis/db/schema";
import { and, asc, eq, inArray, lte, notInArray, or, sql } from "drizzle-orm";
import { asSystem, type CoreContext } from "../kernel/context.ts";
import { sourceFolder } from "./attempt-folder.ts";
import { type Capacity, claimSteps, explainQueue, explainTurns, isAnyRunLive, nextAppointment } from "./claim-steps.ts";
import { type LiveAttempt, selectLiveAttempts } from "./live-attempts.ts";
import { ExecutorCapability } from "./ports.ts";
import { recordRunEvents } from "./run-events.ts";
import { settleRun } from "./settle-run.ts";
import type { StepTracking } from "./step-tracking.ts";
import { CANCEL_GRACE_MS, launchAttempt, recoverAttempt } from "./supervise-attempt.ts";
import { fireDueSchedules } from "./triggers/fire-schedules.ts";
import { SCHEDULER_CHANNEL } from "./wake-scheduler.ts";

/** Everything is pushed; this only catches what a lost connection or a failed try left. */
const BACKSTOP_MS = 10_000;
/** The same while no run is under way. */
const IDLE_BACKSTOP_MS = 120_000;
const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export type SchedulerOptions = {
  database: Pick<DatabaseHandle, "listen" | "withExclusive">;
  /** Attempts that run at the same time. */
  slots: number;
  /** Memory that steps may ask for together, in bytes; that of the machine or its container when left out. */
  memoryBytes?: number;
  /** Folder of all attempts, `<data>/runs`. */
  rootFolder: string;
  /** Folder with the Python helper that steps import. */
  clientFolder: string;
  /** PATH of steps behind their environment's own; the usual folders of the system when left out. */
  searchPath?: string;
  /** Lets the MLflow client of a step log into its run. */
  tracking?: StepTracking;
};

export type PipelineScheduler = {
  /** Looks for work now. */
  kick(): void;
  /** Takes no more work and lets go of what runs: it goes on, and the next scheduler adopts it. */
  stop(): Promise<void>;
};

/**
 * Drives all runs. One scheduler works at a time on a database; another waits until it ends. On start, and whenever something
 * went wrong, attempts without a watcher are taken up again by asking the executor what became of them.
 */
export async function startPipelineScheduler(ctx: CoreContext, options: SchedulerOptions): Promise<PipelineScheduler> {
  const scheduler = new Scheduler(asSystem(ctx, "pipelines"), options);
  const unlisten = await options.database.listen(SCHEDULER_CHANNEL, () => scheduler.kick(), { onReconnect: () => scheduler.kick() });
  const leading = options.database.withExclusive("pipeline-scheduler", () => scheduler.lead());
  leading.catch((error: unknown) => ctx.log.error({ error: String(error) }, "the pipeline scheduler ended"));
  return {
    kick: () => scheduler.kick(),
    async stop() {
      await unlisten();
      await scheduler.stop();
    },
  };
}

/** Bytes of the machine, or of the container when it may use less. */
function machineMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
}

class Scheduler {
  readonly #ctx: CoreContext;
  readonly #options: SchedulerOptions;
  readonly #places;
  readonly #capacity: Capacity;
  readonly #abort = new AbortController();
  readonly #watched = new Map<string, Promise<void>>();
  readonly #stopsSent = new Set<string>();
  readonly #ended = Promise.withResolvers<void>();
  #leading = false;
  #wanted: "nothing" | "claim" | "all" = "nothing";
  #passing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(ctx: CoreContext, options: SchedulerOptions) {
    this.#ctx = ctx;
    this.#options = options;
    this.#capacity = { slots: options.slots, memoryBytes: options.memoryBytes ?? machineMemory() };
    this.#places = {
      rootFolder: options.rootFolder,
      clientFolder: options.clientFolder,
      searchPath: options.searchPath ?? SYSTEM_PATH,
      tracking: options.tracking ?? null,
    };
  }

  /** Works until `stop`; called once nobody else does. */
  async lead(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#leading = true;
    this.kick();
    await this.#ended.promise;
  }

  kick(): void {
    this.#want("all");
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#passing;
    await Promise.allSettled(this.#watched.values());
    this.#ended.resolve();
  }

  #want(what: "claim" | "all"): void {
    if (this.#wanted !== "all") this.#wanted = what;
    if (!this.#leading || this.#passing || this.#abort.signal.aborted) return;
    this.#passing = this.#passes().finally(() => {
      this.#passing = null;
      if (this.#wanted !== "nothing") this.#want("claim");
    });
  }

  async #passes(): Promise<void> {
    while (this.#wanted !== "nothing" && !this.#abort.signal.aborted) {
      const what = this.#wanted;
      this.#wanted = "nothing";
      try {
        await this.#pass(what);
      } catch (error) {
        this.#ctx.log.error({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, "a pass of the pipeline scheduler failed");
        this.#wakeIn(BACKSTOP_MS);
      }
    }
  }

  async #pass(what: "claim" | "all"): Promise<void> {
    if (what === "all") {
      await fireDueSchedules(this.#ctx);
      await this.#passDeadlines();
      await this.#stopUnwanted();
      await this.#takeUpUnwatched();
      await this.#settleForgotten();
      await explainTurns(this.#ctx);
    }
    const { claimed, full } = await claimSteps(this.#ctx, this.#capacity);
    for (const live of claimed) this.#watch(live, launchAttempt);
    if (full) await explainQueue(this.#ctx, this.#capacity);
    const next = await nextAppointment(this.#ctx);
    const backstop = (await isAnyRunLive(this.#ctx)) ? BACKSTOP_MS : IDLE_BACKSTOP_MS;
    this.#wakeIn(next === null ? backstop : Math.min(backstop, Math.max(next - this.#ctx.now().getTime(), 0) + 5));
  }

  #watch(live: LiveAttempt, follow: typeof launchAttempt): void {
    const following = follow(this.#ctx, live, { places: this.#places, signal: this.#abort.signal, onDeadline: () => this.#want("claim") })
      .catch((error: unknown) => {
        if (this.#abort.signal.aborted) return;
        this.#ctx.log.error(
          { attemptId: live.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
          "an attempt lost its watcher and is taken up again",
        );
      })
      .finally(() => {
        this.#watched.delete(live.id);
        this.#stopsSent.delete(live.id);
        this.#want("claim");
      });
    this.#watched.set(live.id, following);
  }

  /** Attempts that nobody here follows: left by an earlier scheduler, or dropped by an error. */
  async #takeUpUnwatched(): Promise<void> {
    const ids = [...this.#watched.keys()];
    const lost = await selectLiveAttempts(this.#ctx.db, ids.length > 0 ? notInArray(attempt.id, ids) : undefined);
    for (const live of lost) this.#watch(live, recoverAttempt);
  }

  async #passDeadlines(): Promise<void> {
    const { db } = this.#ctx;
    await db.transaction(async (tx) => {
      const due = await tx
        .update(attempt)
        .set({ timedOut: true })
        .where(and(inArray(attempt.status, ["launching", "running"]), eq(attempt.timedOut, false), lte(attempt.deadlineAt, this.#ctx.now())))
        .returning({ runId: attempt.runId, stepId: attempt.stepId, number: attempt.number });
      for (const row of due) {
        const [late] = await tx.select({ key: step.key }).from(step).where(eq(step.id, row.stepId));
        await recordRunEvents(tx, this.#ctx, row.runId, [{ stepKey: late?.key, attempt: row.number, kind: "attempt.timed-out" }]);
      }
    });
  }

  async #stopUnwanted(): Promise<void> {
    const unwanted = await selectLiveAttempts(this.#ctx.db, or(eq(attempt.cancelRequested, true), eq(attempt.timedOut, true)));
    for (const live of unwanted) {
      if (this.#stopsSent.has(live.id)) continue;
      this.#stopsSent.add(live.id);
      await this.#ctx.resolve(ExecutorCapability).cancel(live.id, live.handle, CANCEL_GRACE_MS);
    }
  }

  /** Runs whose last step ended just before a crash. */
  async #settleForgotten(): Promise<void> {
    const rows = await this.#ctx.db
      .select({ id: run.id })
      .from(run)
      .where(
        and(
          inArray(run.status, ["queued", "running", "cancelling"]),
          sql`not exists (select 1 from step s where s.run_id = ${run.id} and s.status in ('waiting', 'queued', 'running'))`,
        ),
      )
      .orderBy(asc(run.id))
      .limit(100);
    for (const row of rows) {
      await settleRun(this.#ctx, row.id);
      await rm(sourceFolder(this.#options.rootFolder, row.id), { recursive: true, force: true });
    }
  }

  #wakeIn(delayMs: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#abort.signal.aborted) return;
    this.#timer = setTimeout(() => this.kick(), delayMs);
    this.#timer.unref();
  }
}
