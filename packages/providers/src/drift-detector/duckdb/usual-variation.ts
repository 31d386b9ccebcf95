import { psiOfShares } from "./formulas.ts";

/** Parts of the reference, in the order of its file, that are compared with the rest of it. */
export const PARTS = 4;
/** Fewer rows in a part say nothing. */
const MIN_PART_ROWS = 50;
/** When even the part most like the rest differs by this much, the file is sorted by the column, or the column counts time. */
const SORTED_FROM = 1;

/**
 * How far the reference strays from itself: the largest index of a quarter of it, in the order of the file, against the rest.
 * Training data usually lies in the order of time, and what days or weeks have in common (weather, a holiday) makes its parts
 * differ more than chance does; a window is no news while it differs less. In a shuffled file only chance is left. 0 when the
 * parts are too small or the file is sorted by this column, which would hide every drift.
 */
export function usualVariation(parts: readonly (readonly number[])[], whole: readonly number[]): number {
  if (parts.some((part) => total(part) < MIN_PART_ROWS)) return 0;
  const values = parts.map((part) => psiOfShares(sharesOf(whole.map((count, bin) => count - (part[bin] ?? 0))), sharesOf(part)));
  return Math.min(...values) >= SORTED_FROM ? 0 : Math.max(0, ...values);
}

/** Shares of all rows; an empty bin gets half a row, so that the index stays finite and small samples are not punished. */
export function sharesOf(counts: readonly number[]): number[] {
  const rows = total(counts);
  return counts.map((value) => (value === 0 ? 0.5 : value) / rows);
}

/** Sum of counts. */
export function total(counts: readonly number[]): number {
  return counts.reduce((sum, value) => sum + value, 0);
}
