import { hasUnstorableText } from "../../kernel/storable-text.ts";
import type { ParameterSpec, ParameterValue } from "./pipeline-spec.ts";

export type ParameterIssue = { /** Name of the parameter. */ path: string; message: string };

/** An ISO day or anything else a person types is kept as text; longer values belong into a file. */
const MAX_LENGTH = 2_000;

/**
 * The values a run will have: what was given, else the defaults. Text that plainly is a number or a truth value is taken as
 * one (forms and command lines know only text). All faults are told, not only the first.
 */
export function checkParameters(
  specs: Record<string, ParameterSpec>,
  given: Record<string, unknown>,
): { values: Record<string, ParameterValue>; issues: ParameterIssue[] } {
  const values: Record<string, ParameterValue> = {};
  const issues: ParameterIssue[] = [];
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(specs, name)) continue;
    const known = Object.keys(specs).join(", ");
    issues.push({ path: name, message: `There is no parameter ${name}. ${known ? `Parameters are ${known}.` : "This pipeline has none."}` });
  }
  for (const [name, spec] of Object.entries(specs)) {
    const raw = Object.hasOwn(given, name) ? given[name] : undefined;
    if (raw === undefined || raw === null) {
      if (spec.default === null) issues.push({ path: name, message: `${name} has no default; give a value (${spec.type}).` });
      else values[name] = spec.default;
      continue;
    }
    const value = coerce(spec, raw);
    const problem = parameterProblem(spec, value);
    if (problem) issues.push({ path: name, message: `${name} ${problem}.` });
    else values[name] = value as ParameterValue;
  }
  return { values, issues };
}

/** What is wrong with a value, as the end of a sentence (`must be a whole number, not "x"`), or null. */
export function parameterProblem(spec: ParameterSpec, value: unknown): string | null {
  const shown = JSON.stringify(value);
  switch (spec.type) {
    case "string":
      if (typeof value !== "string") return `must be text, not ${shown}`;
      if (hasUnstorableText(value)) return "must be plain text without NUL characters";
      if (value.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
      break;
    case "boolean":
      if (typeof value !== "boolean") return `must be true or false, not ${shown}`;
      break;
    case "integer":
      if (typeof value !== "number" || !Number.isSafeInteger(value)) return `must be a whole number, not ${shown}`;
      break;
    case "number":
      if (typeof value !== "number" || !Number.isFinite(value)) return `must be a number, not ${shown}`;
      break;
  }
  if (typeof value === "number" && spec.min !== null && value < spec.min) return `must be at least ${spec.min}, not ${value}`;
  if (typeof value === "number" && spec.max !== null && value > spec.max) return `must be at most ${spec.max}, not ${value}`;
  if (spec.choices && !spec.choices.includes(value as ParameterValue)) return `must be one of ${spec.choices.join(", ")}, not ${shown}`;
  return null;
}

function coerce(spec: ParameterSpec, raw: unknown): unknown {
  if (typeof raw !== "string") return raw;
  const text = raw.trim();
  switch (spec.type) {
    case "string":
      return raw;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : raw;
    case "integer":
    case "number":
      return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : raw;
  }
}
