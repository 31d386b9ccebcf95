/** An integer that a JSON number of JavaScript cannot hold. */
const LONG_INTEGER = /[\s:,[-]\d{16,}(?=[\s,\]}]|$)/;

type SourceReviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
/** `JSON` with access to the source text of numbers: ECMAScript 2026, in Node since 21. */
const SourceJson = JSON as unknown as {
  parse(text: string, reviver: SourceReviver): unknown;
  rawJSON(text: string): unknown;
};

/**
 * Parses JSON so that no integer loses a digit: those beyond 2^53 become bigints, all else is as `JSON.parse` gives it.
 * Throws SyntaxError. Only texts with such integers take the slow way.
 */
export function parseWire(text: string): unknown {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text);
  return SourceJson.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && /^-?\d{16,}$/.test(source) ? BigInt(source) : value,
  );
}

/** Every number of a JSON text as it was written (`9.0`, not `9`), for messages that quote what was sent. */
export function parseVerbatim(text: string): unknown {
  return SourceJson.parse(text, (_key, value, { source }) => (typeof value === "number" && source !== undefined ? SourceJson.rawJSON(source) : value));
}

/** JSON of an answer. Fields that are undefined are left out; make integers by `wireInteger` and doubles by `wireDouble`. */
export function writeWire(value: unknown): string {
  return JSON.stringify(value);
}

/** A 64-bit integer as raw digits: the protocol's clients read numbers, however large. */
export function wireInteger(value: bigint | number): unknown {
  if (typeof value === "number") return value;
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : SourceJson.rawJSON(value.toString());
}

/** A double: NaN and the infinities are words. */
export function wireDouble(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** A list, or undefined when it is empty: the protocol leaves empty lists out. */
export function wireList<Item, Wire>(items: readonly Item[], wire: (item: Item) => Wire): Wire[] | undefined {
  return items.length > 0 ? items.map(wire) : undefined;
}
