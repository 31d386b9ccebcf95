/** Which way a metric should go. */
export type MetricDirection = "higher" | "lower" | "unknown";

const HIGHER = new Set([
  "auc",
  "roc_auc",
  "auc_roc",
  "pr_auc",
  "auc_pr",
  "average_precision",
  "accuracy",
  "balanced_accuracy",
  "f1",
  "f1_score",
  "precision",
  "recall",
  "r2",
  "ndcg",
  "mcc",
]);
const LOWER = new Set([
  "log_loss",
  "logloss",
  "cross_entropy",
  "brier",
  "brier_score",
  "mae",
  "rmse",
  "mse",
  "mape",
  "smape",
  "median_absolute_error",
  "rmsle",
  "loss",
  "error_rate",
  "calibration_error",
  "ece",
]);

/** Direction by the usual name of a metric; `test_auc`, `test/auc` and `val.auc` are all `auc`. */
export function metricDirection(key: string): MetricDirection {
  const name = baseName(key);
  if (HIGHER.has(name)) return "higher";
  return LOWER.has(name) ? "lower" : "unknown";
}

/** True for metrics of the training rows, which say nothing about a model in use. */
export function isTrainingMetric(key: string): boolean {
  return /(?:^|[./_-])(?:train|training)(?:[./_-]|$)/i.test(key);
}

export type MetricComparison = {
  key: string;
  direction: MetricDirection;
  before: number | null;
  after: number | null;
  /** `after - before`. */
  change: number | null;
  verdict: "better" | "worse" | "same" | "unknown";
  /** How much worse, relative to the value before; 0 when it is not. */
  worseBy: number;
};

/** Metrics of two versions side by side: those with a direction first, each group by name. */
export function compareMetrics(before: Record<string, number> | null, after: Record<string, number>): MetricComparison[] {
  const keys = [...new Set([...Object.keys(after), ...Object.keys(before ?? {})])];
  const rows = keys.map((key) => compareOne(key, before?.[key] ?? null, after[key] ?? null));
  const rank = (row: MetricComparison): number => (row.direction === "unknown" ? 2 : isTrainingMetric(row.key) ? 1 : 0);
  return rows.toSorted((left, right) => rank(left) - rank(right) || (left.key < right.key ? -1 : 1));
}

function compareOne(key: string, before: number | null, after: number | null): MetricComparison {
  const direction = metricDirection(key);
  const change = before === null || after === null ? null : after - before;
  const plain = { key, direction, before, after, change };
  if (before === null || change === null || direction === "unknown") return { ...plain, verdict: "unknown", worseBy: 0 };
  if (change === 0) return { ...plain, verdict: "same", worseBy: 0 };
  const isBetter = direction === "higher" ? change > 0 : change < 0;
  const worseBy = isBetter ? 0 : Math.abs(change) / Math.max(Math.abs(before), 1e-12);
  return { ...plain, verdict: isBetter ? "better" : "worse", worseBy };
}

function baseName(key: string): string {
  const last = key.toLowerCase().split(/[./]/).at(-1) ?? "";
  return last.replace(/^(?:test|eval|evaluation|val|valid|validation|holdout|train|training)[_-]/, "").replaceAll("-", "_");
}
