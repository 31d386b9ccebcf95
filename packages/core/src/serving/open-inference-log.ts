import type { CoreContext } from "../kernel/context.ts";
import { type InferenceRow, renderInferenceLine } from "./domain/inference-line.ts";
import { type Consumer, ConsumerTally } from "./domain/consumer-tally.ts";
import { TrafficCounter, type TrafficDelta, type TrafficSample } from "./domain/traffic-counter.ts";
import { indexInferences } from "./index-inferences.ts";
import { ServingFoldersCapability } from "./ports.ts";
import { recoverSegments } from "./recover-segments.ts";
import { type SegmentIndex, type SegmentLine, SegmentWriter } from "./segment-writer.ts";

export type InferenceLogOptions = {
  /** Longest time that an answered prediction is in memory only. */
  flushMs?: number;
  /** A flush begins at this many buffered bytes. */
  flushBytes?: number;
  /** Beyond this, rows are dropped and counted: a slow disk must not fill the memory. */
  maxBufferedBytes?: number;
  /** How often the database hears of it. */
  indexMs?: number;
};

/** Rows of one request, all of one deployment and version. */
export type InferenceBatch = { deploymentId: string; deploymentName: string; versionId: string; version: number; rows: InferenceRow[] };

export type InferenceLog = {
  /** Takes the rows and returns at once; drops them (counted) when the buffer is full. */
  record(batch: InferenceBatch): void;
  /** Counts a request for the traffic numbers, also one that was refused, and who sent it. */
  count(sample: TrafficSample, consumer?: Consumer): void;
  stats(): { buffered: number; written: number; dropped: number };
  /** Everything recorded so far is on disk and in the index. */
  flush(): Promise<void>;
  close(): Promise<void>;
};

type Stream = { writer: SegmentWriter; pending: SegmentLine[]; deploymentId: string; version: number };

/** Tries of the index before its numbers are given up; the files stay and are indexed at the next start. */
const INDEX_TRIES = 30;

/**
 * Opens the log of predictions: lines in memory, written and synced every 100 ms or 256 KiB, indexed every 2 s. What a kill
 * takes is at most the last 100 ms; what it tears is at most one line a file.
 */
export async function openInferenceLog(ctx: CoreContext, options: InferenceLogOptions = {}): Promise<InferenceLog> {
  const { inference } = ctx.resolve(ServingFoldersCapability);
  await recoverSegments(ctx);
  return new BufferedInferenceLog(ctx, inference, options);
}

class BufferedInferenceLog implements InferenceLog {
  readonly #ctx: CoreContext;
  readonly #folder: string;
  readonly #limits: Required<InferenceLogOptions>;
  readonly #streams = new Map<string, Stream>();
  readonly #traffic = new TrafficCounter();
  readonly #consumers = new ConsumerTally();
  readonly #segments = new Map<string, SegmentIndex>();
  #deltas: TrafficDelta[] = [];
  #indexFailures = 0;
  #bufferedBytes = 0;
  #buffered = 0;
  #written = 0;
  #dropped = 0;
  #flushTimer: NodeJS.Timeout | null = null;
  #indexTimer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #indexing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(ctx: CoreContext, folder: string, options: InferenceLogOptions) {
    this.#ctx = ctx;
    this.#folder = folder;
    this.#limits = { flushMs: 100, flushBytes: 256 * 1024, maxBufferedBytes: 32 * 1024 * 1024, indexMs: 2_000, ...options };
  }

  record(batch: InferenceBatch): void {
    if (batch.rows.length === 0) return;
    if (this.#closed || this.#bufferedBytes >= this.#limits.maxBufferedBytes) return this.#drop(batch.deploymentId, batch.version, batch.rows.length);
    const stream = this.#streamOf(batch);
    for (const row of batch.rows) {
      const text = renderInferenceLine(row);
      stream.pending.push({ text, eventMs: row.eventTime.getTime() });
      this.#bufferedBytes += text.length;
    }
    this.#buffered += batch.rows.length;
    if (this.#bufferedBytes >= this.#limits.flushBytes) void this.#write();
    else this.#flushTimer ??= setTimeout(() => void this.#write(), this.#limits.flushMs);
  }

  count(sample: TrafficSample, consumer?: Consumer): void {
    this.#traffic.count(sample);
    const { deploymentId, atMs } = sample;
    if (consumer) this.#consumers.add({ deploymentId, ...consumer, requests: 1, firstMs: atMs, lastMs: atMs });
    this.#indexLater();
  }

  stats(): { buffered: number; written: number; dropped: number } {
    return { buffered: this.#buffered, written: this.#written, dropped: this.#dropped };
  }

  async flush(): Promise<void> {
    await this.#write();
    await this.#index();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.flush();
    if (this.#flushTimer) clearTimeout(this.#flushTimer);
    if (this.#indexTimer) clearTimeout(this.#indexTimer);
    for (const { writer } of this.#streams.values()) await writer.close();
  }

  #streamOf({ deploymentId, deploymentName, versionId, version }: InferenceBatch): Stream {
    const key = `${deploymentId} ${versionId}`;
    let stream = this.#streams.get(key);
    if (!stream) {
      const writer = new SegmentWriter({ folder: this.#folder, newId: this.#ctx.newId, stream: { deploymentId, deploymentName, versionId, version } });
      stream = { writer, pending: [], deploymentId, version };
      this.#streams.set(key, stream);
    }
    return stream;
  }

  #drop(deploymentId: string, version: number, rows: number): void {
    this.#dropped += rows;
    this.#traffic.countDropped(deploymentId, version, this.#ctx.now().getTime(), rows);
    this.#indexLater();
  }

  /** One write after the other; each takes all that waits when it begins. */
  #write(): Promise<void> {
    if (this.#flushTimer) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
    this.#writing = this.#writing.then(() => this.#writePending());
    return this.#writing;
  }

  async #writePending(): Promise<void> {
    for (const stream of this.#streams.values()) {
      const lines = stream.pending;
      if (lines.length === 0) continue;
      stream.pending = [];
      try {
        const index = await stream.writer.append(lines, this.#ctx.now().getTime());
        this.#segments.set(index.path, index);
        this.#written += lines.length;
      } catch (error) {
        this.#ctx.log.error({ error: String(error), rows: lines.length }, "logged predictions could not be written");
        this.#drop(stream.deploymentId, stream.version, lines.length);
      }
      this.#buffered -= lines.length;
      this.#bufferedBytes -= lines.reduce((sum, line) => sum + line.text.length, 0);
    }
    this.#indexLater();
  }

  #indexLater(): void {
    if (this.#closed) return;
    this.#indexTimer ??= setTimeout(() => void this.#index(), this.#limits.indexMs);
  }

  #index(): Promise<void> {
    if (this.#indexTimer) clearTimeout(this.#indexTimer);
    this.#indexTimer = null;
    this.#indexing = this.#indexing.then(() => this.#indexTaken());
    return this.#indexing;
  }

  async #indexTaken(): Promise<void> {
    const segments = [...this.#segments.values()];
    this.#segments.clear();
    this.#deltas.push(...this.#traffic.take(this.#ctx.now().getTime()));
    const traffic = this.#deltas;
    const consumers = this.#consumers.take();
    if (segments.length === 0 && traffic.length === 0) return;
    this.#deltas = [];
    try {
      await indexInferences(this.#ctx, { segments, traffic, consumers });
      this.#indexFailures = 0;
    } catch (error) {
      this.#ctx.log.error({ error: String(error) }, "the index of logged predictions could not be written");
      for (const delta of consumers) this.#consumers.add(delta);
      this.#keepForRetry(segments, traffic);
    }
  }

  #keepForRetry(segments: SegmentIndex[], traffic: TrafficDelta[]): void {
    this.#indexFailures += 1;
    if (this.#indexFailures >= INDEX_TRIES) {
      this.#indexFailures = 0;
      return;
    }
    for (const segment of segments) if (!this.#segments.has(segment.path)) this.#segments.set(segment.path, segment);
    this.#deltas = [...traffic, ...this.#deltas];
    this.#indexLater();
  }
}
