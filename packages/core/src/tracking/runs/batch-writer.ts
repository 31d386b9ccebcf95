import { announce } from "../../kernel/changes.ts";
import type { Database } from "../../kernel/context.ts";
import type { Batch } from "./batch.ts";
import { type BatchVerdict, writeBatches } from "./write-batches.ts";

/** Most entries of one statement. */
const MAX_ENTRIES = 5_000;
/** A run that is logged to in a loop is announced this often: each announcement makes open pages read again. */
const ANNOUNCE_EVERY_MS = 250;
/** Runs of which the last announcement is remembered. */
const MAX_REMEMBERED = 1_000;

type Waiting = { batch: Batch; resolve: (verdict: BatchVerdict) => void; reject: (error: unknown) => void };

/**
 * Writes batches by group commit: while one statement is under way, what comes in waits and goes together with the next
 * one. Each writer is answered after its commit, with a verdict of its own.
 */
export class BatchWriter {
  readonly #db: Database;
  readonly #announcedMs = new Map<string, number>();
  readonly #late = new Set<string>();
  #waiting: Waiting[] = [];
  #flying = false;
  #willAnnounce = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Resolves once the batch is committed, or refused. */
  write(batch: Batch): Promise<BatchVerdict> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      if (!this.#flying) void this.#fly();
    });
  }

  async #fly(): Promise<void> {
    this.#flying = true;
    while (this.#waiting.length > 0) {
      const { load, rest } = takeLoad(this.#waiting);
      this.#waiting = rest;
      await this.#send(load).catch(() => this.#sendEach(load));
    }
    this.#flying = false;
  }

  async #send(load: readonly Waiting[]): Promise<void> {
    const batches = load.map(({ batch }) => batch);
    const verdicts = await writeBatches(this.#db, batches, this.#dueAnnouncements(batches));
    load.forEach(({ resolve }, index) => resolve(verdicts[index] ?? { outcome: "missing" }));
  }

  /** One writer's fault must not fail the others, and a batch may be sent twice: so each goes once more, alone. */
  async #sendEach(load: readonly Waiting[]): Promise<void> {
    for (const waiting of load) await this.#send([waiting]).catch(waiting.reject);
  }

  /** The runs to announce with this statement; those announced a moment ago are announced a moment later. */
  #dueAnnouncements(batches: readonly Batch[]): Set<string> {
    const now = performance.now();
    if (this.#announcedMs.size > MAX_REMEMBERED) this.#announcedMs.clear();
    const due = new Set<string>();
    for (const { runId } of batches) {
      if (now - (this.#announcedMs.get(runId) ?? -ANNOUNCE_EVERY_MS) >= ANNOUNCE_EVERY_MS) {
        due.add(runId);
        this.#announcedMs.set(runId, now);
      } else if (!due.has(runId)) this.#late.add(runId);
    }
    if (this.#late.size > 0 && !this.#willAnnounce) this.#announceLater();
    return due;
  }

  #announceLater(): void {
    this.#willAnnounce = true;
    const timer = setTimeout(() => {
      this.#willAnnounce = false;
      const runIds = [...this.#late];
      this.#late.clear();
      announce(this.#db, ...runIds.map((runId) => `run:${runId}` as const)).catch(() => {
        // The database is closed or breaks down: nobody reads pages of it.
      });
    }, ANNOUNCE_EVERY_MS);
    timer.unref();
  }
}

/**
 * What goes with the next statement, in the order of asking. Two batches that give a parameter of a run different values do
 * not go together: the second is to find the first one's value.
 */
function takeLoad(waiting: readonly Waiting[]): { load: Waiting[]; rest: Waiting[] } {
  const load: Waiting[] = [];
  const values = new Map<string, string>();
  let entries = 0;
  for (const entry of waiting) {
    const { runId, metrics, params, tags } = entry.batch;
    entries += metrics.length + params.length + tags.length;
    if (load.length > 0 && entries > MAX_ENTRIES) break;
    if (params.some(({ key, value }) => (values.get(`${runId} ${key}`) ?? value) !== value)) break;
    for (const { key, value } of params) values.set(`${runId} ${key}`, value);
    load.push(entry);
  }
  return { load, rest: waiting.slice(load.length) };
}

const writers = new WeakMap<Database, BatchWriter>();

/** The one writer of a database in this process. */
export function batchWriterOf(db: Database): BatchWriter {
  const writer = writers.get(db) ?? new BatchWriter(db);
  writers.set(db, writer);
  return writer;
}
