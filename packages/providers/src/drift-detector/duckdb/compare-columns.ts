import type { ColumnDrift, DriftColumn } from "@trellis/core/monitoring/ports.ts";
import { binLabels, categoryOf, countOverEdges, numberOf, type ReferenceColumn } from "./bins.ts";
import { chiSquareCritical, chiSquareTail } from "./chi-square.ts";
import { rejectionLevel } from "./false-discovery.ts";
import { psiOfShares } from "./formulas.ts";
import { sharesOf, total } from "./usual-variation.ts";

/** Population stability index from which a change matters in practice: the customary "significant shift". */
export const DEFAULT_THRESHOLD = 0.2;
/** Share of false alarms among all columns called drifted that chance alone may cause. */
export const ALPHA = 0.01;
/** Fewer rows than this on either side say nothing about a distribution. */
export const MIN_COLUMN_ROWS = 50;
const MAX_NEW_CATEGORIES = 20;
const OTHER = "other";
const MISSING = "missing";

export type Row = Record<string, string | number | boolean | null>;
export type ReferenceProfile = { rows: number; columns: Map<string, ReferenceColumn> };

type Counted = { column: DriftColumn; labels: string[]; reference: number[]; current: number[]; missing: number; newCategories: string[] };

/**
 * Judges every column of a window. A column has drifted when its index is at least its threshold AND at least what chance alone
 * reaches at these numbers of rows AND at least what the reference strays from itself (`usualVariation`). By chance the index of
 * two samples of n and m from one distribution is, for B bins, close to (1/n + 1/m) times a chi-square of B - 1 degrees of
 * freedom. The level is `ALPHA`, by Benjamini-Hochberg over the columns.
 */
export function compareColumns(
  profile: ReferenceProfile,
  rows: readonly Row[],
  columns: readonly DriftColumn[],
  thresholds: Record<string, number> = {},
): ColumnDrift[] {
  const judged = columns.map((column) => measure(profile, rows, column, thresholds[column.name] ?? DEFAULT_THRESHOLD));
  const level = rejectionLevel(
    judged.flatMap((item) => (item.pValue === null ? [] : [item.pValue])),
    ALPHA,
  );
  return judged.map(({ drift, scale, freedom, usual }) => {
    if (drift.value === null) return drift;
    const noiseFloor = Math.max(usual, scale * chiSquareCritical(level, freedom));
    const isDrifted = drift.value >= drift.threshold && drift.value >= noiseFloor;
    return { ...drift, noiseFloor, verdict: isDrifted ? "drifted" : "stable" };
  });
}

type Measured = { drift: ColumnDrift; pValue: number | null; scale: number; freedom: number; usual: number };

function measure(profile: ReferenceProfile, rows: readonly Row[], column: DriftColumn, threshold: number): Measured {
  const reference = profile.columns.get(column.name);
  if (!reference) return unjudged(column, threshold, "not_computable", `The reference has no column "${column.name}".`);
  if (reference.present === 0) return unjudged(column, threshold, "not_computable", "Every value is missing in the reference.");
  const counted = count(reference, rows, column);
  const share = { reference: reference.missing / profile.rows, current: rows.length === 0 ? 0 : counted.missing / rows.length };
  const few = Math.min(profile.rows, rows.length);
  if (few < MIN_COLUMN_ROWS) {
    const side = rows.length <= profile.rows ? "The window" : "The reference";
    return unjudged(column, threshold, "insufficient", `${side} has ${few} rows; at least ${MIN_COLUMN_ROWS} are needed.`, share);
  }
  const value = psiOfShares(sharesOf(counted.reference), sharesOf(counted.current));
  const scale = 1 / profile.rows + 1 / rows.length;
  const freedom = Math.max(1, counted.labels.length - 1);
  const bins = counted.labels.map((label, index) => ({
    label,
    reference: (counted.reference[index] ?? 0) / profile.rows,
    current: (counted.current[index] ?? 0) / rows.length,
  }));
  const drift: ColumnDrift = {
    name: column.name,
    kind: column.kind,
    verdict: "stable",
    method: "psi",
    value,
    threshold,
    noiseFloor: null,
    missingShare: share,
    newCategories: counted.newCategories,
    bins,
    message: remark(share, counted.newCategories),
  };
  return { drift, pValue: chiSquareTail(value / scale, freedom), scale, freedom, usual: reference.usual };
}

function unjudged(
  column: DriftColumn,
  threshold: number,
  verdict: "insufficient" | "not_computable",
  message: string,
  missingShare = { reference: 0, current: 0 },
): Measured {
  const drift: ColumnDrift = {
    ...column,
    verdict,
    method: "psi",
    value: null,
    threshold,
    noiseFloor: null,
    missingShare,
    newCategories: [],
    bins: [],
    message,
  };
  return { drift, pValue: null, scale: 0, freedom: 1, usual: 0 };
}

function count(reference: ReferenceColumn, rows: readonly Row[], column: DriftColumn): Counted {
  const counted = reference.kind === "numeric" ? countNumbers(reference, rows, column) : countCategories(reference, rows, column);
  if (reference.missing === 0 && counted.missing === 0) return counted;
  return {
    ...counted,
    labels: [...counted.labels, MISSING],
    reference: [...counted.reference, reference.missing],
    current: [...counted.current, counted.missing],
  };
}

function countNumbers(reference: Extract<ReferenceColumn, { kind: "numeric" }>, rows: readonly Row[], column: DriftColumn): Counted {
  const numbers = rows.map((row) => numberOf(row[column.name])).filter((value) => value !== null);
  const current = countOverEdges(numbers, reference.edges);
  return { column, labels: binLabels(reference.edges), reference: reference.counts, current, missing: rows.length - numbers.length, newCategories: [] };
}

function countCategories(reference: Extract<ReferenceColumn, { kind: "categorical" }>, rows: readonly Row[], column: DriftColumn): Counted {
  const counts = new Map<string, number>();
  let missing = 0;
  for (const row of rows) {
    const category = categoryOf(row[column.name]);
    if (category === null) missing += 1;
    else counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  const referenceCounts = reference.named.map((name) => reference.categories.get(name) ?? 0);
  const currentCounts = reference.named.map((name) => counts.get(name) ?? 0);
  const newCategories = [...counts.keys()]
    .filter((name) => !reference.categories.has(name))
    .sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1));
  const referenceOther = reference.present - total(referenceCounts);
  const currentOther = rows.length - missing - total(currentCounts);
  const hasOther = referenceOther > 0 || currentOther > 0;
  return {
    column,
    labels: hasOther ? [...reference.named, otherLabel(reference.named)] : reference.named,
    reference: hasOther ? [...referenceCounts, referenceOther] : referenceCounts,
    current: hasOther ? [...currentCounts, currentOther] : currentCounts,
    missing,
    newCategories: newCategories.slice(0, MAX_NEW_CATEGORIES),
  };
}

function otherLabel(named: readonly string[]): string {
  return named.includes(OTHER) ? "all other" : OTHER;
}

function remark(missing: { reference: number; current: number }, newCategories: readonly string[]): string | null {
  const remarks: string[] = [];
  if (missing.current === 1) remarks.push("Every value is missing.");
  else if (missing.current >= missing.reference + 0.05)
    remarks.push(`${percent(missing.current)} of the values are missing, ${percent(missing.reference)} in the reference.`);
  if (newCategories.length > 0)
    remarks.push(`Never seen in the reference: ${newCategories.slice(0, 5).join(", ")}${newCategories.length > 5 ? " and more" : ""}.`);
  return remarks.length > 0 ? remarks.join(" ") : null;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
