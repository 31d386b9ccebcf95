import {
  cutText,
  invalidValue,
  type KeyValue,
  LIMITS,
  requireAtMost,
  requireInt64,
  requireKey,
  requireText,
  requireUniqueKeys,
  storableMetricValue,
} from "../domain/limits.ts";

/** A point that a client logs. */
export type LoggedMetric = {
  key: string;
  /** Infinities are kept as the greatest numbers there are, NaN as NaN. */
  value: number;
  /** Milliseconds since 1970, not negative. */
  timestamp: bigint;
  step: bigint;
  /** The logged model that the value is about as well. */
  modelId?: string | null;
  /** The dataset it was measured on; only kept for a model. */
  datasetName?: string | null;
  datasetDigest?: string | null;
};

/** What one request logs to one run. */
export type Batch = { runId: string; metrics: readonly LoggedMetric[]; params: readonly KeyValue[]; tags: readonly KeyValue[] };

/** The batch as it is stored: checked, texts cut, values finite. INVALID names the first entry that is wrong. */
export function checkedBatch(input: { runId: string; metrics?: readonly LoggedMetric[]; params?: readonly KeyValue[]; tags?: readonly KeyValue[] }): Batch {
  const { runId, metrics = [], params = [], tags = [] } = input;
  requireAtMost(metrics.length, LIMITS.batchMetrics, "metrics");
  requireAtMost(params.length, LIMITS.batchParams, "params");
  requireAtMost(tags.length, LIMITS.batchTags, "tags");
  requireAtMost(metrics.length + params.length + tags.length, LIMITS.batchEntries, "metrics, params and tags together");
  requireUniqueKeys(params, "params");
  // Batches repeat few names many times.
  const known = new Set<string>();
  return {
    runId,
    metrics: metrics.map((metric, index) => {
      if (!known.has(metric.key)) requireKey(metric.key, `metrics[${index}].key`);
      known.add(metric.key);
      return checkedMetric(metric, index);
    }),
    params: params.map(({ key, value }, index) => {
      requireKey(key, `params[${index}].key`);
      return { key, value: cutText(value, LIMITS.paramValue) };
    }),
    tags: tags.map((tag, index) => checkedTag(tag, `tags[${index}].key`)),
  };
}

/** A run's tag as it is stored. */
export function checkedTag({ key, value }: KeyValue, field: string): KeyValue {
  requireKey(key, field);
  return { key, value: cutText(value, LIMITS.tagValue) };
}

function checkedMetric(metric: LoggedMetric, index: number): LoggedMetric {
  requireInt64(metric.timestamp, `metrics[${index}].timestamp`, 0n);
  requireInt64(metric.step, `metrics[${index}].step`);
  if (typeof metric.value !== "number") throw invalidValue(`metrics[${index}].value`, metric.value, "It must be a number.");
  if (metric.datasetName) requireText(metric.datasetName, `metrics[${index}].dataset_name`, LIMITS.datasetName);
  if (metric.datasetDigest) requireText(metric.datasetDigest, `metrics[${index}].dataset_digest`, LIMITS.datasetDigest);
  return { ...metric, value: storableMetricValue(metric.value) };
}
