/** How many of the last successful runs count for the usual duration. */
export const USUAL_OF_LAST = 10;

/** The median of the durations (seconds), the mean of the middle two when their number is even; null of none. */
export function medianSeconds(durations: readonly number[]): number | null {
  const sorted = durations.filter((value) => Number.isFinite(value) && value >= 0).toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return null;
  const lower = sorted.length % 2 === 0 ? (sorted[middle - 1] ?? upper) : upper;
  return (lower + upper) / 2;
}
