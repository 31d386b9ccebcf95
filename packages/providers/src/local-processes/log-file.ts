import { closeSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { isErrno } from "./state-file.ts";

/**
 * How large a log may grow, and which part of it stays: `head` for a command that ends (its first bytes keep their
 * offsets), `tail` for one that does not (the older half moves to `<log>.old`).
 */
export type LogLimit = { maxBytes: number; keep: "head" | "tail" };

/** The line that closes a log whose rest was dropped. */
export function droppedNotice(maxBytes: number): Buffer {
  return Buffer.from(`\n[trellis] The log reached its limit of ${maxBytes} bytes; the rest was dropped. The command was not stopped.\n`);
}

/**
 * Cuts a log back to its limit. The writers hold the file open for appending, so after the cut they go on at its new end;
 * between two calls the file may be larger than the limit for a moment.
 */
export function enforceLogLimit(file: string, limit: LogLimit): "within" | "cut" {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r+");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return "within";
    throw error;
  }
  try {
    const size = fstatSync(descriptor).size;
    return limit.keep === "head" ? cutToHead(descriptor, size, limit.maxBytes) : cutToTail(file, descriptor, size, limit.maxBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes below the limit are final; the notice overwrites what came after them before the file is cut, so no reader sees a gap. */
function cutToHead(descriptor: number, size: number, maxBytes: number): "within" | "cut" {
  if (size <= maxBytes) return "within";
  const notice = droppedNotice(maxBytes);
  if (!noticeStands(descriptor, notice, maxBytes)) writeSync(descriptor, notice, 0, notice.length, maxBytes);
  if (size > maxBytes + notice.length) ftruncateSync(descriptor, maxBytes + notice.length);
  return "cut";
}

/** What is written between the copy and the cut is lost: a log that floods loses a moment of it, a calm one nothing. */
function cutToTail(file: string, descriptor: number, size: number, maxBytes: number): "within" | "cut" {
  const half = Math.floor(maxBytes / 2);
  if (size <= half) return "within";
  const tail = Buffer.alloc(Math.min(size, half));
  const read = readSync(descriptor, tail, 0, tail.length, size - tail.length);
  writeFileSync(`${file}.part`, tail.subarray(0, read));
  ftruncateSync(descriptor, 0);
  renameSync(`${file}.part`, `${file}.old`);
  return "cut";
}

/** True when the notice is already in its place behind the head. */
export function noticeStands(descriptor: number, notice: Buffer, maxBytes: number): boolean {
  const there = Buffer.alloc(notice.length);
  return readSync(descriptor, there, 0, notice.length, maxBytes) === notice.length && there.equals(notice);
}
