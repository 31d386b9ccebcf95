/**
 * Distances between a reference and a current sample, as Evidently 0.7 defines them, so that its figures can be checked against
 * ours to 1e-6. Samples hold finite numbers or category names; missing values are dropped before.
 */

/** Population stability index of two lists of shares: sum of (r - c) ln(r / c). Every share must be above 0. */
export function psiOfShares(reference: readonly number[], current: readonly number[]): number {
  return reference.reduce((sum, share, index) => {
    const other = current[index] ?? 0;
    return share === other ? sum : sum + (share - other) * Math.log(share / other);
  }, 0);
}

/** Jensen-Shannon distance (the square root of the divergence, natural logarithm) of two lists of shares that each sum to 1; 0 to 0.8326. */
export function jensenShannonOfShares(reference: readonly number[], current: readonly number[]): number {
  let divergence = 0;
  reference.forEach((share, index) => {
    const other = current[index] ?? 0;
    const middle = (share + other) / 2;
    if (share > 0) divergence += 0.5 * share * Math.log(share / middle);
    if (other > 0) divergence += 0.5 * other * Math.log(other / middle);
  });
  return Math.sqrt(Math.max(0, divergence));
}

/** Fills the empty bins of one side as Evidently does for PSI: a millionth of its smallest share when that is at most 1e-4, else 1e-4. */
export function fillZeroShares(shares: readonly number[]): number[] {
  const smallest = Math.min(...shares.filter((share) => share > 0));
  const fill = smallest <= 1e-4 ? smallest / 1e6 : 1e-4;
  return shares.map((share) => (share === 0 ? fill : share));
}

/**
 * Shares of both samples over equal-width bins of their pooled range; Sturges' rule gives the width. Bins are closed on the
 * left, the last one on both sides. A reference of at most 20 distinct values gets one bin a value.
 * `wholeNumbers`: bins of whole numbers are never narrower than 1.
 */
export function pooledShares(reference: Float64Array, current: Float64Array, wholeNumbers = false): { reference: number[]; current: number[] } {
  if (!hasMoreDistinct(reference, 20)) return categoryShares(Array.from(reference, String), Array.from(current, String));
  const [low, high] = rangeOf(reference, current);
  const sturges = (high - low) / (Math.log2(reference.length + current.length) + 1);
  const bins = Math.ceil((high - low) / (wholeNumbers ? Math.max(1, sturges) : sturges));
  const edges = Array.from({ length: bins + 1 }, (_, index) => (index === bins ? high : low + (index * (high - low)) / bins));
  return { reference: sharesOverEdges(reference, edges), current: sharesOverEdges(current, edges) };
}

/** Shares over the union of the category names of both samples, in order of name; a name that one side lacks has share 0 there. */
export function categoryShares(reference: readonly string[], current: readonly string[]): { reference: number[]; current: number[] } {
  const names = [...new Set([...reference, ...current])].sort();
  const sharesOf = (values: readonly string[]): number[] => {
    const counts = new Map<string, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return names.map((name) => (counts.get(name) ?? 0) / values.length);
  };
  return { reference: sharesOf(reference), current: sharesOf(current) };
}

/**
 * Wasserstein distance of two sorted samples, in population standard deviations of the reference (at least 0.001): the area
 * between their empirical distribution functions.
 */
export function wassersteinNormed(sortedReference: Float64Array, sortedCurrent: Float64Array): number {
  let area = 0;
  walkDistributions(sortedReference, sortedCurrent, (difference, width) => {
    area += Math.abs(difference) * width;
  });
  return area / Math.max(populationDeviation(sortedReference), 0.001);
}

/** Kolmogorov-Smirnov statistic of two sorted samples: the largest difference of their empirical distribution functions, 0 to 1. */
export function ksStatistic(sortedReference: Float64Array, sortedCurrent: Float64Array): number {
  let largest = 0;
  walkDistributions(sortedReference, sortedCurrent, (difference) => {
    largest = Math.max(largest, Math.abs(difference));
  });
  return largest;
}

/** Standard deviation with denominator n. */
export function populationDeviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Calls back for each stretch between neighbouring pooled values with F_reference - F_current on it and its width. */
function walkDistributions(reference: Float64Array, current: Float64Array, visit: (difference: number, width: number) => void): void {
  let i = 0;
  let j = 0;
  while (i < reference.length || j < current.length) {
    const x = Math.min(reference[i] ?? Infinity, current[j] ?? Infinity);
    while (i < reference.length && reference[i] === x) i += 1;
    while (j < current.length && current[j] === x) j += 1;
    const next = Math.min(reference[i] ?? Infinity, current[j] ?? Infinity);
    visit(i / reference.length - j / current.length, next === Infinity ? 0 : next - x);
  }
}

function sharesOverEdges(values: Float64Array, edges: number[]): number[] {
  const bins = edges.length - 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, lastIndexAtMost(edges, value));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count) => count / values.length);
}

function lastIndexAtMost(edges: number[], value: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((edges[middle] ?? Infinity) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function rangeOf(...samples: Float64Array[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const sample of samples) {
    for (const value of sample) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

function hasMoreDistinct(values: Float64Array, limit: number): boolean {
  const seen = new Set<number>();
  for (const value of values) {
    seen.add(value);
    if (seen.size > limit) return true;
  }
  return false;
}
