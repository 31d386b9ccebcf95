import type { Signature, SignatureField } from "@trellis/db/schema";
import type { FeatureRow } from "./feature-row.ts";

export type FieldType = SignatureField["type"];
export type FeatureValue = FeatureRow[string];

/** A date, or a date and time, with or without a zone; without one it is UTC. */
const ISO_MOMENT = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** Reads an ISO 8601 moment; null when the text is none. Without a zone it is taken as UTC. */
export function parseMoment(text: string): Date | null {
  if (!ISO_MOMENT.test(text)) return null;
  const hasTime = text.length > 10;
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10));
  const date = new Date(hasTime && !hasZone ? `${text.replace(" ", "T")}Z` : text.replace(" ", "T"));
  if (Number.isNaN(date.getTime())) return null;
  // The engine turns 31 February into 3 March; a day that does not exist is a fault of the caller.
  const day = Number(text.slice(8, 10));
  const days = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  return day >= 1 && day <= days ? date : null;
}

/** Why a JSON value is not of a type, as "expected …, got …"; null when it is. `null` values are the caller's business. */
export function valueFault(type: FieldType, value: unknown): string | null {
  switch (type) {
    case "double":
      // JSON can write 1e999, which reads as infinity.
      return typeof value === "number" && Number.isFinite(value) ? null : mismatch("a number", value);
    case "integer":
      return typeof value === "number" && Number.isSafeInteger(value) ? null : mismatch("a whole number", value);
    case "string":
      return typeof value === "string" ? null : mismatch("a text", value);
    case "boolean":
      return typeof value === "boolean" ? null : mismatch("true or false", value);
    case "datetime":
      return typeof value === "string" && parseMoment(value) ? null : mismatch("an ISO 8601 date or time", value);
  }
}

/** `expected a number, got the text "abc"`. */
export function mismatch(expected: string, value: unknown): string {
  return `expected ${expected}, got ${describeValue(value)}`;
}

/** A short name of a JSON value for an error; long texts are cut. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return "nothing (null)";
  if (typeof value === "string") return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return "an object";
}

/** Names of the inputs that a row must bring. A field is required unless it says otherwise. */
export function isRequired(field: SignatureField): boolean {
  return field.required !== false;
}

export type { Signature, SignatureField };
