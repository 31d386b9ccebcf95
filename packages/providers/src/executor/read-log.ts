import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { LogChunk } from "@trellis/core/pipelines/ports.ts";
import { droppedNotice } from "../local-processes/log-file.ts";
import { isErrno } from "../local-processes/state-file.ts";
import { waitForChange } from "../local-processes/wait-for-change.ts";

/** Log bytes kept of one attempt unless told otherwise; the command goes on when they are reached. */
export const DEFAULT_LOG_LIMIT_BYTES = 64 * 1024 * 1024;

/** Most bytes of one chunk, whatever the caller asks for. */
const LARGEST_CHUNK_BYTES = 4 * 1024 * 1024;

/** A log file and how to learn that nothing more comes. */
export type LogSource = {
  file: string;
  /** Bytes kept from its beginning. */
  maxBytes: number;
  /** `absent`: the command has not begun. */
  state(): Promise<"absent" | "running" | "ended">;
  /** Resolves when the command ends, or at once when it has not begun; rejects when `signal` aborts. */
  ended(signal: AbortSignal): Promise<"absent" | "ended">;
};

/**
 * Reads a log by offset. With `follow` it waits for more bytes or for the end. Rejects when `signal` aborts.
 * A log that does not exist yet is an empty one.
 */
export async function readLog(source: LogSource, offset: number, options: { limit: number; follow?: boolean; signal?: AbortSignal }): Promise<LogChunk> {
  const { follow = false, signal = new AbortController().signal } = options;
  const limit = Math.max(1, Math.min(options.limit, LARGEST_CHUNK_BYTES));
  for (;;) {
    signal.throwIfAborted();
    // Asked before the file is read: what a process that had ended before left there is all that comes.
    const ended = (await source.state()) === "ended";
    const grown = follow && !ended ? waitForGrowth(source, signal) : null;
    const { content, exhausted } = await readRange(source, offset, limit);
    const end = ended && exhausted;
    if (content.length > 0 || end || grown === null) {
      grown?.cancel();
      return { content, nextOffset: offset + content.length, end };
    }
    await grown.changed;
  }
}

/** The log grows, or its process ends. */
function waitForGrowth(source: LogSource, signal: AbortSignal): { changed: Promise<void>; cancel(): void } {
  const enough = new AbortController();
  const either = AbortSignal.any([signal, enough.signal]);
  const growth = waitForChange({ file: source.file, signal: either });
  const ended = source.ended(either);
  const changed = Promise.race([growth, ended.then((state) => (state === "absent" ? growth : undefined))]);
  const tidy = changed.finally(() => enough.abort());
  for (const promise of [growth, ended, changed, tidy]) promise.catch(() => {});
  return { changed: tidy, cancel: () => enough.abort() };
}

async function readRange(source: LogSource, offset: number, limit: number): Promise<{ content: Buffer; exhausted: boolean }> {
  let file: FileHandle;
  try {
    file = await open(source.file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, "ENOENT") || isErrno(error, "ENOTDIR")) return { content: Buffer.alloc(0), exhausted: true };
    throw error;
  }
  try {
    const visible = await visibleSize(file, source.maxBytes);
    const length = Math.max(0, Math.min(limit, visible - offset));
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return { content: buffer.subarray(0, bytesRead), exhausted: offset + bytesRead >= visible };
  } finally {
    await file.close();
  }
}

/** What stands behind the limit is on its way out, but for the notice that says so. */
async function visibleSize(file: FileHandle, maxBytes: number): Promise<number> {
  const { size } = await file.stat();
  if (size <= maxBytes) return size;
  const notice = droppedNotice(maxBytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(notice.length), 0, notice.length, maxBytes);
  return bytesRead === notice.length && buffer.equals(notice) ? maxBytes + notice.length : maxBytes;
}
