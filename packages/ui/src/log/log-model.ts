import { stripAnsi } from "./ansi.ts";

export type LogLine =
  | string
  | {
      text: string;
      /** Epoch milliseconds. */
      at?: number | null;
      stream?: "out" | "err" | "system";
      /** Line number; by default the place in the list. */
      n?: number;
    };

export type LogLevel = "error" | "warn" | "info" | "debug";

/** Text of a line with its escapes. */
export function textOf(line: LogLine): string {
  return typeof line === "string" ? line : line.text;
}

const levels: [LogLevel, RegExp][] = [
  ["error", /\b(?:ERROR|CRITICAL|FATAL)\b|^Traceback \(most recent call last\)|^\w*(?:Error|Exception): /],
  ["warn", /\bWARN(?:ING)?\b|^\S+:\d+: \w*Warning: /],
  ["info", /\bINFO\b/],
  ["debug", /\b(?:DEBUG|TRACE)\b/],
];

/** Level that a line names itself in its first 120 characters, else null. */
export function levelOf(line: LogLine): LogLevel | null {
  const head = stripAnsi(textOf(line)).slice(0, 120);
  return levels.find(([, pattern]) => pattern.test(head))?.[0] ?? null;
}

/** Places of lines that hold the text (case does not matter), in order. */
export function searchLog(lines: readonly LogLine[], query: string): number[] {
  const wanted = query.toLowerCase();
  if (wanted === "") return [];
  const found: number[] = [];
  lines.forEach((line, index) => {
    const text = textOf(line);
    // Most lines hold no escape; stripping them all would cost more than the search.
    const clean = text.includes("\u001b") || text.includes("\r") ? stripAnsi(text) : text;
    if (clean.toLowerCase().includes(wanted)) found.push(index);
  });
  return found;
}

/** Cuts a text at the places of a query: [text, isMatch] pieces, in order. */
export function splitMatches(text: string, query: string): [string, boolean][] {
  if (query === "") return [[text, false]];
  const lower = text.toLowerCase();
  const wanted = query.toLowerCase();
  const pieces: [string, boolean][] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    if (at > from) pieces.push([text.slice(from, at), false]);
    pieces.push([text.slice(at, at + wanted.length), true]);
    from = at + wanted.length;
  }
  if (from < text.length) pieces.push([text.slice(from), false]);
  return pieces;
}

/** The next match after or before a place, going round at the ends; null without matches. */
export function stepMatch(matches: readonly number[], current: number | null, by: 1 | -1): number | null {
  if (matches.length === 0) return null;
  if (current === null) return by === 1 ? 0 : matches.length - 1;
  return (current + by + matches.length) % matches.length;
}

/** How many lines name a level; remembers how far it counted. */
export interface LevelCounts {
  warnings: number;
  errors: number;
  length: number;
  first: LogLine | undefined;
}

export const noCounts: LevelCounts = { warnings: 0, errors: 0, length: 0, first: undefined };

/** Counts on from earlier counts when lines were only added, else from the start. */
export function advanceCounts(before: LevelCounts, lines: readonly LogLine[]): LevelCounts {
  const added = before.length <= lines.length && (before.length === 0 || before.first === lines[0]);
  let { warnings, errors } = added ? before : noCounts;
  for (let index = added ? before.length : 0; index < lines.length; index += 1) {
    const line = lines[index];
    const level = line === undefined ? null : levelOf(line);
    if (level === "warn") warnings += 1;
    else if (level === "error") errors += 1;
  }
  return { warnings, errors, length: lines.length, first: lines[0] };
}
