import { formatAbsolute } from "../values/format.ts";
import type { ChartTable, Series, XKind } from "./chart-types.ts";

/** A row that Recharts draws: `x` and one key for every unbroken stretch of every series. */
export interface ChartRow {
  x: number | string;
  /** Values by series id, for the tooltip and the table. */
  values: Record<string, number | null>;
  [stretch: `s${number}_${number}`]: number;
}

export interface Stretch {
  key: `s${number}_${number}`;
  seriesIndex: number;
  /** A lone point has no line and needs a dot. */
  single: boolean;
  /** Last stretch of its series. */
  last: boolean;
}

/**
 * Brings series with their own x values together. Each series is cut at its gaps (y null), so that a point which only
 * another series has does not break a line, and a real gap does.
 */
export function chartRows(series: readonly Series[]): { rows: ChartRow[]; stretches: Stretch[] } {
  const rows = new Map<number | string, ChartRow>();
  const stretches: Stretch[] = [];
  series.forEach((one, seriesIndex) => {
    let part = -1;
    let open = false;
    let size = 0;
    const close = () => {
      const current = stretches.at(-1);
      if (open && current) current.single = size === 1;
      open = false;
    };
    for (const point of one.points) {
      const row: ChartRow = rows.get(point.x) ?? { x: point.x, values: {} };
      rows.set(point.x, row);
      row.values[one.id] = point.y !== null && Number.isFinite(point.y) ? point.y : null;
      const y = row.values[one.id];
      if (y === null || y === undefined) {
        close();
        continue;
      }
      if (!open) {
        part += 1;
        size = 0;
        open = true;
        stretches.push({ key: `s${seriesIndex}_${part}`, seriesIndex, single: false, last: false });
      }
      size += 1;
      row[`s${seriesIndex}_${part}`] = y;
    }
    close();
    const last = stretches.findLast((stretch) => stretch.seriesIndex === seriesIndex);
    if (last) last.last = true;
  });
  const sorted = [...rows.values()];
  if (sorted.every((row) => typeof row.x === "number")) sorted.sort((left, right) => Number(left.x) - Number(right.x));
  return { rows: sorted, stretches };
}

/** Series as a table, for the table view and the CSV of a ChartFrame. */
export function seriesTable(series: readonly Series[], x: XKind = "time", xName = x === "time" ? "Time (UTC)" : "x"): ChartTable {
  const { rows } = chartRows(series);
  return {
    columns: [xName, ...series.map((one) => one.name)],
    rows: rows.map((row) => [x === "time" ? formatAbsolute(row.x).replace(" UTC", "") : row.x, ...series.map((one) => row.values[one.id] ?? null)]),
  };
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Round ticks of a UTC time axis, `wanted` at most. */
export function timeTicks(from: number, to: number, wanted: number): number[] {
  const steps = [
    minute,
    5 * minute,
    10 * minute,
    15 * minute,
    30 * minute,
    hour,
    2 * hour,
    3 * hour,
    6 * hour,
    12 * hour,
    day,
    2 * day,
    7 * day,
    14 * day,
    28 * day,
    91 * day,
    365 * day,
  ];
  if (!(to > from)) return [from];
  const step = steps.find((candidate) => (to - from) / candidate <= wanted) ?? (to - from) / wanted;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
  return ticks.length > 0 ? ticks : [from];
}

/** Words of a tick: a clock within two days, else a date. */
export function timeTickLabel(at: number, from: number, to: number): string {
  const date = new Date(at);
  if (to - from <= 2 * day) return date.toISOString().slice(11, 16);
  const options: Intl.DateTimeFormatOptions =
    to - from > 400 * day ? { month: "short", year: "numeric", timeZone: "UTC" } : { day: "numeric", month: "short", timeZone: "UTC" };
  return new Intl.DateTimeFormat("en-GB", options).format(date);
}

export interface ValueAxis {
  domain: [number, number];
  ticks: number[];
}

/**
 * Round ticks that hold all values: steps of 1, 2, 2.5 or 5 times a power of ten, four or five of them. `from` and `to`
 * fix an end. Null without values.
 */
export function valueAxis(values: readonly number[], ends: { from?: number | undefined; to?: number | undefined } = {}): ValueAxis | null {
  const known = values.filter((value) => Number.isFinite(value));
  if (known.length === 0) return null;
  let low = ends.from ?? known.reduce((least, value) => Math.min(least, value));
  let high = ends.to ?? known.reduce((most, value) => Math.max(most, value));
  // All the same, or apart by less than a float can draw.
  if (high - low <= Math.max(Math.abs(low), Math.abs(high), 1e-9) * 1e-9) {
    const around = Math.abs(low) > 1e-9 ? Math.abs(low) * 0.1 : 1;
    if (ends.from === undefined) low -= around;
    high = Math.max(high, low) + around;
  }
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = ends.from ?? Math.floor(low / step + 1e-9) * step;
  const last = ends.to ?? Math.ceil(high / step - 1e-9) * step;
  const ticks: number[] = [];
  // Counted in whole steps: adding fractions would drift (0.1 + 0.2).
  for (let index = 0; first + index * step <= last + step * 1e-6; index += 1) ticks.push(Number((first + index * step).toPrecision(12)));
  return { domain: [first, last], ticks };
}
