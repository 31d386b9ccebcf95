import type { FeatureRow } from "./feature-row.ts";

/** One logged prediction. */
export type InferenceRow = {
  id: string;
  /** When the request arrived. */
  at: Date;
  /** When what it is about happened; windows of monitoring go by it. */
  eventTime: Date;
  versionId: string;
  version: number;
  inputs: FeatureRow;
  outputs: Record<string, unknown>;
  latencyMs: number;
};

/** A line of a segment file, with its line end. JSON never holds a raw line break, so a line is a row. */
export function renderInferenceLine(row: InferenceRow): string {
  return `${JSON.stringify({ id: row.id, at: row.at.getTime(), event: row.eventTime.getTime(), vid: row.versionId, v: row.version, in: row.inputs, out: row.outputs, ms: row.latencyMs })}\n`;
}

/** Reads a line; null when it is torn or garbage. */
export function parseInferenceLine(line: string): InferenceRow | null {
  const value = parseJson(line);
  if (!isObject(value)) return null;
  const { id, at, event, vid, v, in: inputs, out, ms } = value;
  if (typeof id !== "string" || typeof vid !== "string" || typeof at !== "number" || typeof event !== "number" || typeof v !== "number") return null;
  if (!isFeatureRow(inputs) || !isObject(out)) return null;
  const times = [new Date(at), new Date(event)] as const;
  if (times.some((time) => Number.isNaN(time.getTime()))) return null;
  return { id, at: times[0], eventTime: times[1], versionId: vid, version: v, inputs, outputs: out, latencyMs: typeof ms === "number" ? ms : 0 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFeatureRow(value: unknown): value is FeatureRow {
  return (
    isObject(value) && Object.values(value).every((part) => part === null || typeof part === "string" || typeof part === "number" || typeof part === "boolean")
  );
}
