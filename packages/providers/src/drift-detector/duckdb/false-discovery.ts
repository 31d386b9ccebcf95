/**
 * The p-value up to which hypotheses are rejected when the share of false alarms among all alarms may be at most `alpha`
 * (Benjamini and Hochberg, 1995): with p-values in ascending order, alpha k / m for the largest k whose p-value is at most that.
 * With none to reject, alpha / m: what the smallest one would have needed.
 */
export function rejectionLevel(pValues: readonly number[], alpha: number): number {
  const sorted = [...pValues].sort((a, b) => a - b);
  let rejected = 0;
  sorted.forEach((pValue, index) => {
    if (pValue <= (alpha * (index + 1)) / sorted.length) rejected = index + 1;
  });
  return (alpha * Math.max(rejected, 1)) / Math.max(sorted.length, 1);
}
