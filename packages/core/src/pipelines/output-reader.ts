import { constants } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { attempt, step } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { announce } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { storableText } from "../kernel/storable-text.ts";
import { recordMetrics } from "../tracking/index.ts";
import { parseMetrics, parseParams, parseProgress, type Progress } from "../tracking/domain/step-outputs.ts";
import type { LiveAttempt } from "./live-attempts.ts";

const CHUNK_BYTES = 1024 * 1024;
const MAX_METRICS_BYTES = 512 * 1024 * 1024;
const MAX_SMALL_FILE_BYTES = 256 * 1024;
const MAX_FAULTS = 5;

/** Reads what a step reports into `TRELLIS_OUTPUT`, from where it stopped the last time. One per attempt; calls must not overlap. */
export class OutputReader {
  readonly #ctx: CoreContext;
  readonly #attempt: LiveAttempt;
  readonly #folder: string;
  #offset: number;
  #progress = "";
  /** What could not be used, in words; for the run's events. */
  readonly faults: string[] = [];

  constructor(ctx: CoreContext, live: LiveAttempt, outputFolder: string) {
    this.#ctx = ctx;
    this.#attempt = live;
    this.#folder = outputFolder;
    this.#offset = live.metricsOffset;
  }

  /** Brings new metrics and the progress into the database and tells open pages. `final`: the step has ended. */
  async read(final: boolean): Promise<void> {
    const metrics = await this.#readMetrics(final);
    const progress = await this.#readProgress();
    if (!metrics && !progress) return;
    await announce(this.#ctx.db, `run:${this.#attempt.runId}`);
  }

  /** `params.json` and `summary.md`, once the step has ended. */
  async readResults(): Promise<{ params: Record<string, string>; summary: string | null }> {
    const paramsText = await readSmallFile(path.join(this.#folder, "params.json"));
    const summary = await readSmallFile(path.join(this.#folder, "summary.md"));
    if (paramsText === null) return { params: {}, summary };
    const { params, fault } = parseParams(paramsText);
    if (fault) this.#note(fault);
    return { params, summary };
  }

  async #readMetrics(final: boolean): Promise<boolean> {
    const handle = await openPlain(path.join(this.#folder, "metrics.jsonl"));
    if (!handle) return false;
    let changed = false;
    try {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      while (this.#offset < MAX_METRICS_BYTES) {
        const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, this.#offset);
        const atEnd = bytesRead < CHUNK_BYTES;
        const read = parseMetrics(buffer.subarray(0, bytesRead), this.#offset, { final: final && atEnd, now: this.#ctx.now() });
        for (const fault of read.faults) this.#note(`metrics.jsonl, byte ${fault.offset}: ${fault.message}`);
        if (read.nextOffset > this.#offset) changed = (await this.#store(read.points, read.nextOffset)) || changed;
        if (atEnd) break;
      }
    } finally {
      await handle.close();
    }
    return changed;
  }

  /** Points and the offset behind them move together, so a crash in between reads the same lines again to the same effect. */
  async #store(points: ReturnType<typeof parseMetrics>["points"], nextOffset: number): Promise<boolean> {
    const { id, runId, spec } = this.#attempt;
    await this.#ctx.db.transaction(async (tx) => {
      const rows = points.map((point) => ({
        key: point.key,
        step: point.step,
        value: point.value,
        timestamp: point.at.getTime(),
      }));
      await recordMetrics(tx, { runId, stepKey: spec.key, points: rows });
      await tx.update(attempt).set({ metricsOffset: nextOffset }).where(eq(attempt.id, id));
    });
    this.#offset = nextOffset;
    return points.length > 0;
  }

  async #readProgress(): Promise<boolean> {
    const text = await readSmallFile(path.join(this.#folder, "progress.json"));
    if (text === null || text === this.#progress) return false;
    const progress: Progress | null = parseProgress(text);
    if (!progress) return false;
    this.#progress = text;
    await this.#ctx.db
      .update(step)
      .set({ progress })
      .where(and(eq(step.id, this.#attempt.stepId), eq(step.status, "running")));
    return true;
  }

  #note(fault: string): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push(storableText(fault));
  }
}

/** Opens a plain file for reading; null when there is none. A link or a pipe in its place is not read. */
async function openPlain(file: string) {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (!handle) return null;
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  return null;
}

async function readSmallFile(file: string): Promise<string | null> {
  const handle = await openPlain(file);
  if (!handle) return null;
  try {
    const buffer = Buffer.alloc(MAX_SMALL_FILE_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, MAX_SMALL_FILE_BYTES, 0);
    return storableText(buffer.toString("utf8", 0, bytesRead));
  } finally {
    await handle.close();
  }
}
