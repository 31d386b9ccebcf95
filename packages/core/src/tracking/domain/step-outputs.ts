import { hasUnstorableText, storableText } from "../../kernel/storable-text.ts";

/** One report of a metric, as a line of `metrics.jsonl`. */
export type MetricReport = {
  key: string;
  value: number;
  /** Epoch, tree or whatever counts; 0 when the step does not say. */
  step: number;
  at: Date;
};

export type MetricsRead = {
  points: MetricReport[];
  /** Lines that could not be used, with the reason. They are reported, never fatal. */
  faults: { offset: number; message: string }[];
  /** Where to read on: behind the last whole line. */
  nextOffset: number;
};

const MAX_KEY_LENGTH = 200;
/** Longer lines are faults, so that a step that writes no newline cannot make the portal read without end. */
export const MAX_LINE_BYTES = 64 * 1024;
const MAX_FAULTS = 20;

/**
 * Reads whole lines of `metrics.jsonl` out of a chunk that begins at byte `offset` of the file. What follows the last newline
 * may be half a line: it stays for the next time, unless `final`. `now` stands in where a line has no time.
 */
export function parseMetrics(chunk: Uint8Array, offset: number, options: { final: boolean; now: Date }): MetricsRead {
  const read: MetricsRead = { points: [], faults: [], nextOffset: offset };
  let start = 0;
  for (;;) {
    const newline = chunk.indexOf(10, start);
    const end = newline === -1 ? chunk.length : newline;
    const whole = newline !== -1 || (options.final && end > start);
    if (!whole && end - start <= MAX_LINE_BYTES) break;
    if (end > start) readLine(chunk.subarray(start, end), offset + start, options.now, read);
    start = newline === -1 ? end : end + 1;
    read.nextOffset = offset + start;
    if (newline === -1) break;
  }
  return read;
}

function readLine(bytes: Uint8Array, offset: number, now: Date, read: MetricsRead): void {
  const text = bytes.length > MAX_LINE_BYTES ? null : new TextDecoder().decode(bytes).trim();
  if (text === "") return;
  const report = text === null ? "the line is longer than 64 KiB" : toReport(text, now);
  if (typeof report !== "string") read.points.push(report);
  else if (read.faults.length < MAX_FAULTS) read.faults.push({ offset, message: report });
}

function toReport(text: string, now: Date): MetricReport | string {
  const line = parseJson(text);
  if (!isObject(line)) return `not a JSON object: ${text.slice(0, 80)}`;
  const { key, value, step = 0, time } = line;
  if (typeof key !== "string" || key === "" || key.length > MAX_KEY_LENGTH || hasUnstorableText(key))
    return `key must be text of 1 to ${MAX_KEY_LENGTH} characters`;
  if (typeof value !== "number" || !Number.isFinite(value)) return `${key}: value must be a finite number`;
  if (typeof step !== "number" || !Number.isSafeInteger(step)) return `${key}: step must be a whole number`;
  const at = typeof time === "number" ? new Date(time * 1000) : now;
  return { key, value, step, at: Number.isNaN(at.getTime()) || at.getFullYear() > 9999 || at.getFullYear() < 1 ? now : at };
}

/** `params.json`: an object of scalars; anything else in it is told. Values are kept as text. */
export function parseParams(text: string): { params: Record<string, string>; fault: string | null } {
  const content = parseJson(text);
  if (!isObject(content)) return { params: {}, fault: "params.json is not a JSON object" };
  const entries = Object.entries(content).slice(0, 1_000);
  const kept = entries.filter(([key, value]) => key.length <= MAX_KEY_LENGTH && !hasUnstorableText(key) && (value === null || typeof value !== "object"));
  const refused = entries.length - kept.length;
  return {
    params: Object.fromEntries(kept.map(([key, value]) => [key, storableText(String(value).slice(0, 6_000))])),
    fault: refused > 0 ? `params.json: ${refused} of ${entries.length} values are not plain text, numbers or truth values` : null,
  };
}

export type Progress = { done: number; total: number; unit: string };

/** `progress.json`; null when it is not (yet) whole. */
export function parseProgress(text: string): Progress | null {
  const content = parseJson(text);
  if (!isObject(content)) return null;
  const { done, total, unit = "" } = content;
  if (typeof done !== "number" || typeof total !== "number" || !Number.isFinite(done) || !Number.isFinite(total) || total <= 0) return null;
  return { done: Math.min(Math.max(0, done), total), total, unit: typeof unit === "string" ? storableText(unit.slice(0, 40)) : "" };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
