/** Most numeric bins, and most named categories; what is left goes into `other`. */
export const MAX_NUMERIC_BINS = 10;
export const MAX_CATEGORIES = 20;
/** Categories with a smaller share of the reference are grouped as `other`. */
export const RARE_SHARE = 0.001;

/** What is kept of one reference column: enough to compare any window with it. `usual` = how far its parts stray from the whole. */
export type ReferenceColumn =
  | { kind: "numeric"; present: number; missing: number; edges: number[]; counts: number[]; usual: number }
  | { kind: "categorical"; present: number; missing: number; categories: Map<string, number>; named: string[]; usual: number };

/**
 * Bins of a numeric column from its sorted reference values: deciles, or one bin a value when there are at most ten. Bins are
 * closed on the right and the outer two are open-ended, so every edge is below the largest value and no bin of the reference is
 * empty, also with many equal values. A constant column gets three bins: below, at and above the constant.
 */
export function numericReference(sorted: Float64Array, missing: number): ReferenceColumn {
  const edges = edgesOf(sorted);
  return { kind: "numeric", present: sorted.length, missing, edges, counts: countOverEdges(sorted, edges), usual: 0 };
}

/** Categories of a column from its counts in the reference; at most `MAX_CATEGORIES` keep their name, the commonest first. */
export function categoricalReference(categories: Map<string, number>, missing: number): ReferenceColumn {
  const present = [...categories.values()].reduce((sum, count) => sum + count, 0);
  const named = [...categories]
    .filter(([, count]) => count >= RARE_SHARE * present)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, MAX_CATEGORIES)
    .map(([name]) => name);
  return { kind: "categorical", present, missing, categories, named, usual: 0 };
}

/** Counts of values a bin, for bins closed on the right: up to edges[0], up to edges[1], …, above the last edge. */
export function countOverEdges(values: Iterable<number>, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const value of values) {
    const bin = firstIndexAtLeast(edges, value);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** Words for the bins between these edges: `≤ 12`, `12 – 30`, `> 30`. */
export function binLabels(edges: readonly number[]): string[] {
  const first = edges[0];
  const last = edges.at(-1);
  if (first === undefined || last === undefined) return ["all"];
  if (edges.length === 2 && formatEdge(first) === formatEdge(last)) return [`< ${formatEdge(last)}`, formatEdge(last), `> ${formatEdge(last)}`];
  const inner = edges.slice(1).map((edge, index) => `${formatEdge(edges[index] ?? edge)} – ${formatEdge(edge)}`);
  return [`≤ ${formatEdge(first)}`, ...inner, `> ${formatEdge(last)}`];
}

/**
 * The name under which a value counts. Files and programs spell the same category differently: `True` and `true`, `3.0` and
 * `3` are one. Null for a missing value.
 */
export function categoryOf(value: string | number | boolean | null | undefined): string | null {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : null;
  if (typeof value === "boolean") return String(value);
  if (/^(true|false)$/i.test(value)) return value.toLowerCase();
  return /^-?\d+\.0+$/.test(value) ? value.slice(0, value.indexOf(".")) : value;
}

/** The finite number that a value is, also when it is written as text; null for everything else, which counts as missing. */
export function numberOf(value: string | number | boolean | null | undefined): number | null {
  if (value === null || value === undefined || value === "") return null;
  const number = typeof value === "string" ? Number(value.trim() === "" ? Number.NaN : value) : Number(value);
  return Number.isFinite(number) ? number : null;
}

function edgesOf(sorted: Float64Array): number[] {
  const largest = sorted.at(-1);
  const smallest = sorted[0];
  if (largest === undefined || smallest === undefined) return [];
  if (largest === smallest) return [justBelow(largest), largest];
  const distinct = distinctValues(sorted, MAX_NUMERIC_BINS);
  const candidates =
    distinct ?? Array.from({ length: MAX_NUMERIC_BINS - 1 }, (_, index) => sorted[Math.ceil(((index + 1) * sorted.length) / MAX_NUMERIC_BINS) - 1] ?? largest);
  return [...new Set(candidates)].filter((edge) => edge < largest);
}

function distinctValues(sorted: Float64Array, limit: number): number[] | null {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (distinct.at(-1) === value) continue;
    if (distinct.length === limit) return null;
    distinct.push(value);
  }
  return distinct;
}

function justBelow(value: number): number {
  return value - Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE);
}

function firstIndexAtLeast(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function formatEdge(edge: number): string {
  return Number.isInteger(edge) && Math.abs(edge) < 1e15 ? String(edge) : String(Number(edge.toPrecision(4)));
}
