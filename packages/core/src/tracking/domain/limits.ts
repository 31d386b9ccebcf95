import path from "node:path";
import { CoreError } from "../../kernel/errors.ts";
import { hasUnstorableText, storableText } from "../../kernel/storable-text.ts";

export type KeyValue = { key: string; value: string };

/** Most code points of each text, and most entries of one request: those of the MLflow protocol. */
export const LIMITS = {
  key: 250,
  paramValue: 6_000,
  tagValue: 8_000,
  experimentName: 500,
  experimentTagValue: 20_000,
  artifactLocation: 2_048,
  batchMetrics: 1_000,
  batchParams: 100,
  batchTags: 100,
  batchEntries: 1_000,
  datasets: 1_000,
  datasetName: 500,
  datasetDigest: 36,
  datasetSource: 65_535,
  datasetSchema: 1_048_575,
  datasetProfile: 16_777_215,
  inputTagKey: 255,
  inputTagValue: 500,
} as const;

const KEY = /^[/\p{L}\p{N}_.\- :]+$/u;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** The INVALID of one field, in the words that clients look for. */
export function invalidValue(field: string, value: unknown, why: string): CoreError {
  const shown = typeof value === "bigint" ? String(value) : JSON.stringify(value);
  return new CoreError("INVALID", `Invalid value ${shown} for parameter '${field}' supplied: ${why}`, { issues: [{ path: field, message: why }] });
}

/** Refuses a name of a metric, parameter or tag that could not be a relative path: clients write such names as files. */
export function requireKey(key: string, field: string): void {
  if (!KEY.test(key))
    throw invalidValue(field, key, "A name has letters, digits, underscores (_), dashes (-), periods (.), spaces ( ), colons (:) and slashes (/).");
  if (isLonger(key, LIMITS.key)) throw tooLong(field, LIMITS.key);
  if (key.startsWith("/") || key.endsWith("/") || key === "." || key === ".." || key.startsWith("../") || path.posix.normalize(key) !== key)
    throw invalidValue(field, key, `A name must be a plain relative path, without empty parts, '.' and '..'.`);
}

/** Refuses text that is longer than allowed or cannot be stored. */
export function requireText(text: string, field: string, limit: number): void {
  if (isLonger(text, limit)) throw tooLong(field, limit);
  if (hasUnstorableText(text))
    throw new CoreError("INVALID", `'${field}' cannot contain NUL characters or halves of surrogate pairs.`, {
      issues: [{ path: field, message: "cannot be stored" }],
    });
}

/** Text as it is stored: cut to so many code points, without what no column takes. */
export function cutText(text: string, limit: number): string {
  const kept = storableText(text);
  return isLonger(kept, limit) ? Array.from(kept).slice(0, limit).join("") : kept;
}

/** Refuses two entries of one key. */
export function requireUniqueKeys(entries: readonly KeyValue[], field: string): void {
  const seen = new Set<string>();
  for (const { key } of entries) {
    if (seen.has(key))
      throw new CoreError("INVALID", `Duplicate parameter keys have been submitted: '${key}' is there twice.`, { issues: [{ path: field, message: "twice" }] });
    seen.add(key);
  }
}

/** Refuses a request with too many entries of a kind. */
export function requireAtMost(count: number, limit: number, what: string): void {
  if (count > limit) throw new CoreError("INVALID", `A batch may have at most ${limit} ${what}. This one has ${count}.`);
}

/** Refuses what a 64-bit integer cannot hold. */
export function requireInt64(value: bigint, field: string, least: bigint = MIN_INT64): void {
  if (value < least || value > MAX_INT64) throw invalidValue(field, value, `It must be a whole number from ${least} to ${MAX_INT64}.`);
}

/** A metric's value as it is kept: infinities become the greatest numbers there are, NaN stays, and zero has no sign. */
export function storableMetricValue(value: number): number {
  if (value === 0) return 0;
  if (value === Infinity) return Number.MAX_VALUE;
  return value === -Infinity ? -Number.MAX_VALUE : value;
}

function tooLong(field: string, limit: number): CoreError {
  return new CoreError("INVALID", `'${field}' exceeds the maximum length of ${limit} characters`, {
    issues: [{ path: field, message: `at most ${limit} characters` }],
  });
}

/** Counts code points, as clients do; a text has at least half as many as UTF-16 units. */
function isLonger(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  return text.length > 2 * limit || Array.from(text).length > limit;
}
