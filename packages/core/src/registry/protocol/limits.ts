import { CoreError } from "../../kernel/errors.ts";
import { hasUnstorableText } from "../../kernel/storable-text.ts";

export type KeyValue = { key: string; value: string };

/** Longest texts of the registry, in characters: those of the protocol, and where it names none, what an index can hold. */
export const REGISTRY_LIMITS = { tagKey: 250, tagValue: 100_000, description: 200_000, source: 5_000, runRef: 250, runLink: 5_000, userName: 256 } as const;

/** Refuses text that is longer than allowed or that no column takes. */
export function requireText(text: string, field: string, limit: number): void {
  if (text.length > limit) throw invalid(field, `'${field}' exceeds the maximum length of ${limit} characters`);
  if (hasUnstorableText(text)) throw invalid(field, `'${field}' contains characters that text cannot hold`);
}

/** Tags as they are kept; of two with one key the last counts. */
export function tagRecord(tags: readonly KeyValue[]): Record<string, string> {
  for (const tag of tags) requireTag(tag);
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

/** Refuses a tag that could not be kept. */
export function requireTag({ key, value }: KeyValue): void {
  requireText(key, "key", REGISTRY_LIMITS.tagKey);
  if (!/^[/\p{L}\p{N}_.\- :]+$/u.test(key))
    throw invalid("key", `Invalid value ${JSON.stringify(key)} for parameter 'key' supplied: a name of a tag is made of letters, digits, spaces and _ - . : /`);
  requireText(value, "value", REGISTRY_LIMITS.tagValue);
}

function invalid(path: string, message: string): CoreError {
  return new CoreError("INVALID", message, { issues: [{ path, message }] });
}
