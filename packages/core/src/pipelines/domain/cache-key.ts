import { createHash } from "node:crypto";

/** What decides a step's result, by name: `command`, `code`, `parameter max_depth`, `input data`, … → a value or a digest. */
export type CacheParts = Record<string, string>;

export type CacheDifference = { part: string; /** null: was not there. */ before: string | null; /** null: is not there. */ now: string | null };

/** What was found about the cache when a step was about to run. */
export type CacheNote = {
  /** `off`: the person or the resumed run wanted it computed. */
  decision: "hit" | "miss" | "off";
  why: string;
  parts: CacheParts;
  /** The run that it was compared with; null when there was none. */
  runNumber: number | null;
  differences: CacheDifference[];
};

/** Counts up when the parts themselves change their meaning: then no earlier result is used. */
const FORMAT = 1;

/** Key of a step's results: equal content, equal key. A step's name is part of it, because its results bear that name. */
export function cacheKey(projectId: string, stepKey: string, parts: CacheParts): string {
  const entries = Object.entries(parts).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `sha256:${createHash("sha256")
    .update(JSON.stringify([FORMAT, projectId, stepKey, entries]))
    .digest("hex")}`;
}

/** What differs between an earlier step and this one, by name. */
export function cacheDifferences(before: CacheParts, now: CacheParts): CacheDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].toSorted();
  return names.map((part) => ({ part, before: valueOf(before, part), now: valueOf(now, part) })).filter((difference) => difference.before !== difference.now);
}

/** `max_depth is 8 and was 6; the code has changed`: at most three of the differences. */
export function differencesInWords(differences: readonly CacheDifference[]): string {
  const words = differences.slice(0, 3).map(differenceInWords);
  if (differences.length > 3) words.push(`${differences.length - 3} more`);
  return words.join("; ");
}

function differenceInWords({ part, before, now }: CacheDifference): string {
  if (before === null) return `${part} is new`;
  if (now === null) return `${part} is gone`;
  const plain = part.startsWith("parameter ") || part.startsWith("variable ");
  return plain && before.length + now.length < 120 ? `${part.slice(part.indexOf(" ") + 1)} is ${now} and was ${before}` : `${part} has changed`;
}

function valueOf(parts: CacheParts, name: string): string | null {
  return Object.hasOwn(parts, name) ? (parts[name] ?? null) : null;
}
