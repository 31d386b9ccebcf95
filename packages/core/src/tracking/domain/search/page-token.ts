import { createHash } from "node:crypto";
import { CoreError } from "../../../kernel/errors.ts";
import { hasUnstorableText } from "../../../kernel/storable-text.ts";

/** What a column holds by which rows are sorted. A `moment` is counted in microseconds since 1970. */
export type SortType = "float8" | "int8" | "text" | "uuid" | "moment";

const INT8 = 2n ** 63n;

/** Texts that PostgreSQL takes as a value of each type. */
const FITS: Record<SortType, (text: string) => boolean> = {
  float8: (text) => /^-?(?:Infinity|\d{1,400}(?:\.\d{1,400})?(?:e[+-]?\d{1,3})?)$/.test(text),
  int8: (text) => /^-?\d{1,19}$/.test(text) && BigInt(text) >= -INT8 && BigInt(text) < INT8,
  text: (text) => !hasUnstorableText(text),
  uuid: (text) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
  moment: (text) => /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)),
};

/** Tells one search from another: a page token of one is not for the other. */
export function searchFingerprint(search: unknown): string {
  return createHash("sha256").update(JSON.stringify(search)).digest("base64url").slice(0, 12);
}

/** A token that stands for the place after a row: the values by which that row is sorted. */
export function writePageToken(fingerprint: string, values: readonly string[]): string {
  return Buffer.from(JSON.stringify([fingerprint, ...values])).toString("base64url");
}

/** The values of a token; null without one. Throws INVALID unless it was written for this search. */
export function readPageToken(
  token: string | null | undefined,
  fingerprint: string,
  typesOf: (values: readonly string[]) => readonly SortType[],
): string[] | null {
  if (!token) return null;
  const [owner, ...values] = decode(token);
  if (owner !== fingerprint) throw new CoreError("INVALID", "Invalid page token: it belongs to another search, or to none. Start from the first page.");
  const types = typesOf(values);
  const fits = types.length === values.length && types.every((type, index) => FITS[type](values[index] ?? ""));
  if (!fits) throw new CoreError("INVALID", "Invalid page token: it was changed on its way. Start from the first page.");
  return values;
}

function decode(token: string): string[] {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (Array.isArray(decoded) && decoded.every((value) => typeof value === "string")) return decoded;
  } catch {
    // Not of ours, as said below.
  }
  throw new CoreError("INVALID", "Invalid page token: it cannot be read. Start from the first page.");
}
