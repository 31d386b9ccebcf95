import { formatNumber } from "@trellis/ui";

/** Metrics that people look for first. */
const FIRST = ["auc", "roc_auc", "f1", "accuracy", "rmse", "mae", "r2", "log_loss", "brier"];

/** Keys of metrics, the well-known ones first, then by name. */
export function orderedMetrics(metrics: Record<string, number>): string[] {
  const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  return Object.keys(metrics).sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** The first few metrics as one line: `auc 0.712, accuracy 0.83`. */
export function headlineMetrics(metrics: Record<string, number>, count: number): string {
  return orderedMetrics(metrics)
    .slice(0, count)
    .map((key) => `${key} ${formatNumber(metrics[key] ?? Number.NaN, { digits: 3 })}`)
    .join(", ");
}
