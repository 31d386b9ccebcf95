import { type FileHandle, mkdir, open } from "node:fs/promises";
import path from "node:path";

/** A segment is closed at this size or age, so that readers can skip what they do not need. */
const ROTATE_BYTES = 64 * 1024 * 1024;
const ROTATE_MS = 5 * 60_000;

/** What is on disk of a segment: the row of `inference_segment`. */
export type SegmentIndex = {
  id: string;
  deploymentId: string;
  versionId: string;
  path: string;
  rows: number;
  sizeBytes: number;
  fromMs: number;
  toMs: number;
  loggedAtMs: number;
};

export type SegmentLine = { text: string; eventMs: number };

/** Appends lines of one deployment's version to files that only this writer writes. Not for calls at the same time. */
export class SegmentWriter {
  readonly #folder: string;
  readonly #stream: { deploymentId: string; deploymentName: string; versionId: string; version: number };
  readonly #newId: () => string;
  #open: { file: FileHandle; index: SegmentIndex; openedMs: number } | null = null;

  constructor(options: { folder: string; newId: () => string; stream: { deploymentId: string; deploymentName: string; versionId: string; version: number } }) {
    this.#folder = options.folder;
    this.#stream = options.stream;
    this.#newId = options.newId;
  }

  /**
   * Writes the lines and waits for the disk. Resolves with the index of the segment as it then is. When it rejects, what was
   * written of these lines is unknown; the next call begins a new segment, so at most one line in the old one is torn.
   */
  async append(lines: SegmentLine[], nowMs: number): Promise<SegmentIndex> {
    if (this.#open && (this.#open.index.sizeBytes >= ROTATE_BYTES || nowMs - this.#open.openedMs >= ROTATE_MS)) await this.close();
    this.#open ??= await this.#begin(nowMs);
    const { file, index } = this.#open;
    const content = Buffer.from(lines.map((line) => line.text).join(""));
    try {
      await file.appendFile(content);
      await file.datasync();
    } catch (error) {
      await this.close().catch(() => undefined);
      throw error;
    }
    for (const { eventMs } of lines) {
      index.fromMs = Math.min(index.fromMs, eventMs);
      index.toMs = Math.max(index.toMs, eventMs);
    }
    index.rows += lines.length;
    index.sizeBytes += content.length;
    index.loggedAtMs = nowMs;
    return { ...index };
  }

  /** Closes the segment; the next lines begin another. */
  async close(): Promise<void> {
    const current = this.#open;
    this.#open = null;
    await current?.file.close();
  }

  async #begin(nowMs: number) {
    const { deploymentId, deploymentName, versionId, version } = this.#stream;
    const id = this.#newId();
    const relative = `${deploymentName}/v${version}-${id}.jsonl`;
    const absolute = path.join(this.#folder, relative);
    await mkdir(path.dirname(absolute), { recursive: true });
    const file = await open(absolute, "ax");
    return {
      file,
      openedMs: nowMs,
      index: {
        id,
        deploymentId,
        versionId,
        path: relative,
        rows: 0,
        sizeBytes: 0,
        fromMs: Number.POSITIVE_INFINITY,
        toMs: Number.NEGATIVE_INFINITY,
        loggedAtMs: nowMs,
      },
    };
  }
}
