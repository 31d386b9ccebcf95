import type { ReproducedMetric } from "@trellis/db/schema";

/** Relative difference of a metric that counts as the same, unless somebody says otherwise: sums in another order, no more. */
export const DEFAULT_TOLERANCE = 1e-6;

/** Metrics that say how long something took or how much it used, not how good the model is: no two runs agree in them. */
const OF_THE_MACHINE = /(?:^system\/|(?:^|[._/-])(?:seconds|duration|time|memory|cpu|gpu)(?:$|[._/-]))/i;

/**
 * Compares the metrics of a version with those of the run that repeated it. Two values are the same when
 * |a − b| ≤ tolerance · max(|a|, |b|). Metrics of the machine are left out.
 */
export function compareRepeated(original: Record<string, number>, repeated: Record<string, number>, tolerance: number): ReproducedMetric[] {
  return Object.keys(original)
    .filter((key) => !OF_THE_MACHINE.test(key))
    .toSorted()
    .map((key) => {
      const before = original[key] ?? Number.NaN;
      const after = repeated[key] ?? null;
      return { key, original: before, repeated: after, within: after !== null && isClose(before, after, tolerance) };
    });
}

function isClose(left: number, right: number, tolerance: number): boolean {
  return left === right || Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right));
}
