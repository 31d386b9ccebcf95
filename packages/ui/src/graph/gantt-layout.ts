import { describeStatus } from "../state/status.ts";
import { formatDuration } from "../values/format.ts";
import { edge, ganttScale, ganttTicks } from "./gantt-scale.ts";
import type { GanttScale, GanttTick } from "./gantt-scale.ts";
import type { GanttAttempt, GanttData, GanttLane } from "./gantt-types.ts";

export type BarKind = "queue" | "solid" | "cached" | "outline" | "expected";

export interface GanttBar {
  kind: BarKind;
  status: string;
  attempt: number | null;
  x: number;
  width: number;
  /** Words inside, when they fit. */
  text: string | null;
  /** Words on hover. */
  title: string;
}

export interface GanttText {
  x: number;
  anchor: "start" | "end";
  text: string;
}

export interface DensityCell {
  x: number;
  width: number;
  /** From the ground up; shares of the busiest moment, together at most 1. */
  parts: { status: string; share: number }[];
}

export interface GanttRow {
  lane: GanttLane;
  depth: number;
  firstOfStage: boolean;
  folded: boolean;
  childCount: number;
  /** Children that ended, for "2 of 3 done". */
  doneCount: number;
  bars: GanttBar[];
  critical: { x: number; width: number; dashed: boolean }[];
  text: GanttText | null;
  /** Line over the children of an open group. */
  span: { x: number; width: number } | null;
  density: DensityCell[];
}

export interface GanttLayout {
  rows: GanttRow[];
  ticks: GanttTick[];
  nowX: number | null;
  width: number;
  from: number;
  to: number;
}

export interface GanttOptions {
  width: number;
  /** Time that open bars reach, epoch ms. */
  now: number;
  /** Groups that are folded, by id. */
  folded: ReadonlySet<string>;
  /** Pixels between ticks. */
  tickGap?: number;
  /** Words beside and in bars; off on a phone. */
  texts?: boolean;
}

const minWidth: Record<BarKind, number> = { queue: 3, solid: 4, cached: 16, outline: 6, expected: 4 };
const letter = 6.4;

/** Rough width of a text at 12 px, in pixels: enough to know whether it fits. */
export function textWidth(text: string): number {
  return text.length * letter;
}

function kindOf(status: string): BarKind {
  if (status === "cached") return "cached";
  const { tone } = describeStatus(status);
  return tone === "outline" || tone === "neutral" ? "outline" : "solid";
}

/** Times of an attempt made orderly: queued ≤ started ≤ ended, open ends at `now`. */
export function attemptSpans(attempt: GanttAttempt, now: number): { queue: [number, number] | null; run: [number, number] | null } {
  const ended = attempt.endedAt ?? null;
  const started = attempt.startedAt ?? (attempt.status === "cached" ? (ended ?? attempt.queuedAt ?? null) : null);
  const queued = attempt.queuedAt ?? null;
  const until = Math.max(ended ?? now, started ?? -Infinity);
  const run: [number, number] | null = started === null ? null : [started, until];
  if (queued === null || attempt.status === "cached") return { queue: null, run };
  const queueEnd = Math.max(queued, started ?? ended ?? now);
  return { queue: queueEnd > queued || started === null ? [queued, queueEnd] : null, run };
}

function barOf(
  kind: BarKind,
  status: string,
  attempt: number | null,
  span: [number, number],
  words: string | undefined,
  title: string,
  scale: GanttScale,
  after: number,
): GanttBar {
  const x = Math.max(scale.x(span[0]), after);
  const natural = scale.x(span[1]) - x;
  const width = Math.max(minWidth[kind], natural);
  const text = words && width >= textWidth(words) + 16 ? words : null;
  return { kind, status, attempt, x: Math.min(x, scale.width - width), width, text, title };
}

function attemptBars(lane: GanttLane, scale: GanttScale, now: number): GanttBar[] {
  const bars: GanttBar[] = [];
  const many = lane.attempts.length > 1;
  let after = 0;
  const push = (bar: GanttBar) => {
    bars.push(bar);
    after = bar.x + bar.width;
  };
  for (const attempt of lane.attempts) {
    const { queue, run } = attemptSpans(attempt, now);
    const { word } = describeStatus(attempt.status);
    const name = many ? `Attempt ${attempt.number}` : lane.label;
    if (queue) push(barOf("queue", "queued", attempt.number, queue, attempt.queueLabel, `${name} queued ${formatDuration(queue[1] - queue[0])}`, scale, after));
    if (run) {
      const words = many ? `${attempt.number}${attempt.label ? `: ${attempt.label}` : ""}` : attempt.label;
      push(
        barOf(
          kindOf(attempt.status),
          attempt.status,
          attempt.number,
          run,
          words,
          `${name}: ${word}${attempt.label ? `, ${attempt.label}` : ""}, ${formatDuration(run[1] - run[0])}`,
          scale,
          after,
        ),
      );
    }
  }
  if (lane.expected && lane.expected.endAt > now) {
    const span: [number, number] = [Math.max(lane.expected.startAt, bars.length > 0 ? now : lane.expected.startAt), lane.expected.endAt];
    push(barOf("expected", "waiting", null, span, undefined, `Expected to take ${formatDuration(lane.expected.endAt - lane.expected.startAt)}`, scale, after));
  }
  return bars;
}

/** Words beside the bars: after them where there is room, else before them, else cut to what fits. */
function placeText(text: string, bars: GanttBar[], width: number, nowX: number | null): GanttText | null {
  const real = bars.filter((bar) => bar.kind !== "expected");
  const expected = bars.find((bar) => bar.kind === "expected");
  const need = textWidth(text);
  // Nothing has run: the words stand before what is expected, at the now line.
  if (real.length === 0) {
    const end = Math.min(expected?.x ?? width, nowX ?? width) - 8;
    if (end - need >= 0) return { x: end, anchor: "end", text };
    const start = expected ? expected.x + expected.width + 8 : edge;
    return { x: start, anchor: "start", text: cut(text, width - start - 4) };
  }
  const last = bars[bars.length - 1];
  const first = bars[0];
  const after = last ? last.x + last.width + 8 : edge;
  const before = (first?.x ?? 0) - 8;
  if (after + need <= width) return { x: after, anchor: "start", text };
  if (before - need >= 0) return { x: before, anchor: "end", text };
  if (width - after >= before) return width - after < 40 ? null : { x: after, anchor: "start", text: cut(text, width - after - 4) };
  return before < 40 ? null : { x: before, anchor: "end", text: cut(text, before - 4) };
}

function cut(text: string, room: number): string {
  const letters = Math.floor(room / letter);
  return letters >= text.length ? text : `${text.slice(0, Math.max(1, letters - 1)).trimEnd()}…`;
}

function criticalOf(bars: GanttBar[]): GanttRow["critical"] {
  const real = bars.filter((bar) => bar.kind !== "expected");
  const expected = bars.find((bar) => bar.kind === "expected");
  const lines: GanttRow["critical"] = [];
  const first = real[0];
  const last = real[real.length - 1];
  if (first && last) lines.push({ x: first.x, width: last.x + last.width - first.x, dashed: false });
  if (expected) lines.push({ x: expected.x, width: expected.width, dashed: true });
  return lines;
}

// Drawn from the ground up, so that what needs a look is always in the same place.
const stack = ["failed", "timed_out", "errored", "lost", "running", "preparing", "starting", "retrying", "queued", "succeeded", "cached"];
const rank = (status: string) => {
  const at = stack.indexOf(status);
  return at < 0 ? stack.length : at;
};

function densityOf(children: GanttLane[], scale: GanttScale, now: number): DensityCell[] {
  const cellWidth = 6;
  const count = Math.max(1, Math.floor((scale.width - 2 * edge) / cellWidth));
  const cells = Array.from({ length: count }, () => new Map<string, number>());
  const place = (at: number) => Math.min(count - 1, Math.max(0, Math.floor((scale.x(at) - edge) / cellWidth)));
  for (const child of children) {
    for (const attempt of child.attempts) {
      const { queue, run } = attemptSpans(attempt, now);
      const span = run ?? queue;
      if (!span) continue;
      const status = run ? attempt.status : "queued";
      for (let at = place(span[0]); at <= place(span[1]); at += 1) cells[at]?.set(status, (cells[at]?.get(status) ?? 0) + 1);
    }
  }
  const total = (cell: Map<string, number>) => [...cell.values()].reduce((sum, some) => sum + some, 0);
  const most = cells.reduce((high, cell) => Math.max(high, total(cell)), 1);
  return cells.flatMap((cell, index) => {
    const parts = [...cell].toSorted((left, right) => rank(left[0]) - rank(right[0])).map(([status, some]) => ({ status, share: some / most }));
    return parts.length === 0 ? [] : [{ x: edge + index * cellWidth, width: cellWidth, parts }];
  });
}

function spanOf(children: GanttLane[], scale: GanttScale, now: number): GanttRow["span"] {
  const times = children.flatMap((child) => [
    ...child.attempts.flatMap((attempt) => {
      const { queue, run } = attemptSpans(attempt, now);
      return [...(queue ?? []), ...(run ?? [])];
    }),
    ...(child.expected ? [child.expected.startAt, child.expected.endAt] : []),
  ]);
  if (times.length === 0) return null;
  const x = scale.x(times.reduce((low, time) => Math.min(low, time)));
  return { x, width: Math.max(2, scale.x(times.reduce((high, time) => Math.max(high, time))) - x) };
}

/** What is drawn ends here: a little after the last known or expected moment. */
function endOf(data: GanttData, now: number): number {
  let end = data.endedAt ?? now;
  for (const lane of data.lanes) {
    if (lane.expected && data.endedAt == null) end = Math.max(end, lane.expected.endAt);
    for (const attempt of lane.attempts) end = Math.max(end, attempt.endedAt ?? 0, attempt.startedAt ?? 0);
  }
  return Math.max(end, data.startedAt + 1000);
}

function rowOf(
  lane: GanttLane,
  depth: number,
  firstOfStage: boolean,
  children: GanttLane[],
  scale: GanttScale,
  nowX: number | null,
  options: GanttOptions,
): GanttRow {
  const { now, folded, texts = true } = options;
  const isFolded = folded.has(lane.id);
  const grouped = lane.group === true || children.length > 0;
  const bars = grouped ? [] : attemptBars(lane, scale, now);
  const words = lane.reason || lane.note;
  return {
    lane,
    depth,
    firstOfStage,
    folded: isFolded,
    childCount: children.length,
    doneCount: children.filter((child) => describeStatus(child.status).terminal).length,
    bars,
    critical: lane.critical ? criticalOf(bars) : [],
    text: texts && words && !grouped ? placeText(words, bars, scale.width, nowX) : null,
    span: grouped && !isFolded ? spanOf(children, scale, now) : null,
    density: grouped && isFolded ? densityOf(children, scale, now) : [],
  };
}

/** Everything that the Gantt draws, in pixels. Pure: the same input gives the same picture. */
export function ganttLayout(data: GanttData, options: GanttOptions): GanttLayout {
  const scale = ganttScale(data.startedAt, endOf(data, options.now), options.width);
  const nowX = data.endedAt == null ? scale.x(options.now) : null;
  const childrenOf = new Map<string, GanttLane[]>();
  for (const lane of data.lanes) if (lane.parent) childrenOf.set(lane.parent, [...(childrenOf.get(lane.parent) ?? []), lane]);
  const known = new Set(data.lanes.map((lane) => lane.id));
  const rows: GanttRow[] = [];
  let stage: string | null = null;
  for (const lane of data.lanes) {
    if (lane.parent && known.has(lane.parent)) continue;
    const children = childrenOf.get(lane.id) ?? [];
    rows.push(rowOf(lane, 0, lane.stage !== stage, children, scale, nowX, options));
    stage = lane.stage;
    if (!options.folded.has(lane.id)) for (const child of children) rows.push(rowOf(child, 1, false, [], scale, nowX, options));
  }
  return { rows, ticks: ganttTicks(scale, options.tickGap ?? 110), nowX, width: options.width, from: scale.from, to: scale.to };
}
