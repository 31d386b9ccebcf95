import type { ColumnDrift } from "./column-drift.ts";

type Measured = Pick<ColumnDrift, "name" | "method" | "value" | "threshold">;

const METHOD_WORDS = { psi: "PSI", jensenshannon: "Jensen-Shannon distance", wasserstein: "Wasserstein distance" } as const;
const UNITS: [seconds: number, word: string][] = [
  [604_800, "week"],
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
];

/**
 * An alert in one sentence: "origin_delay_prev_day has drifted since 12 February: PSI 0.31, limit 0.2; 2 of the last 3 weeks".
 * `columns` = those that have drifted, the worst first. The year is named when it is not that of `now`.
 */
export function alertSummary(input: { columns: readonly Measured[]; since: Date; drifted: number; of: number; windowSeconds: number; now: Date }): string {
  const { columns, since, drifted, of, windowSeconds, now } = input;
  const [worst] = columns;
  if (!worst) return `Predictions have drifted since ${dayWords(since, now)}`;
  const who = columns.length === 1 ? `${worst.name} has` : `${listWords(columns.map(({ name }) => name))} have`;
  const measure = columns.length === 1 ? measureWords(worst) : `${worst.name} most, ${measureWords(worst)}`;
  const span = of === 1 ? `the last ${unitWords(windowSeconds, 1)}` : `${drifted} of the last ${unitWords(windowSeconds, of)}`;
  return `${who} drifted since ${dayWords(since, now)}: ${measure}; ${span}`;
}

/** One column's verdict in a sentence, with the bin that changed most. */
export function columnFinding(column: ColumnDrift): string {
  if (column.value === null) return column.message ?? "No verdict.";
  const sides = sideWords(column);
  const change = biggestChange(column);
  const remark = column.message ? ` ${column.message}` : "";
  return `${sides}${change}.${remark}`;
}

/** A number for people: three significant digits, no exponent for everyday sizes. */
export function numberWords(value: number): string {
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

/** "12 February", with the year when it is not that of `now`; UTC. */
export function dayWords(day: Date, now: Date): string {
  const isThisYear = day.getUTCFullYear() === now.getUTCFullYear();
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC", ...(isThisYear ? {} : { year: "numeric" }) }).format(day);
}

/** "3 weeks", "day", "6 windows of 36 hours": a count of windows of this length. */
export function unitWords(windowSeconds: number, count: number): string {
  const exact = UNITS.find(([seconds]) => windowSeconds === seconds);
  if (exact) return count === 1 ? exact[1] : `${count} ${exact[1]}s`;
  const [seconds, word] = UNITS.find(([unit]) => windowSeconds % unit === 0 && unit < windowSeconds) ?? [1, "second"];
  const length = `${windowSeconds / seconds} ${word}s`;
  return count === 1 ? `window of ${length}` : `${count} windows of ${length}`;
}

function sideWords(column: ColumnDrift): string {
  const value = `${METHOD_WORDS[column.method]} ${numberWords(column.value ?? 0)}`;
  const floor = column.noiseFloor ?? 0;
  if (column.verdict === "drifted") return `${value}, limit ${numberWords(column.threshold)}`;
  if ((column.value ?? 0) >= column.threshold)
    return `${value} is over the limit ${numberWords(column.threshold)}, but ${numberWords(floor)} is usual without drift`;
  return `${value} is under the limit ${numberWords(column.threshold)}`;
}

function biggestChange(column: ColumnDrift): string {
  const [bin] = [...column.bins].sort((a, b) => Math.abs(b.current - b.reference) - Math.abs(a.current - a.reference));
  if (!bin || Math.abs(bin.current - bin.reference) < 0.005) return "";
  return `; the share of ${bin.label} went from ${percent(bin.reference)} to ${percent(bin.current)}`;
}

function measureWords(column: Measured): string {
  return `${METHOD_WORDS[column.method]} ${column.value === null ? "unknown" : numberWords(column.value)}, limit ${numberWords(column.threshold)}`;
}

function listWords(names: string[]): string {
  if (names.length <= 3) return `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
  return `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(share < 0.01 ? 1 : 2))} %`;
}
