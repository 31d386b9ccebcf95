/** A value as the engine hands it to a filter: mappings as Map, undefined and none both as undefined or null. */
export type EngineValue = string | number | bigint | boolean | null | undefined | EngineValue[] | Map<string, EngineValue> | object;

/** Text of a value as Python's `str` gives it. The engine passes 1.0 as 1, so whole floating numbers lose their `.0`. */
export function pythonText(value: EngineValue): string {
  return typeof value === "string" ? value : pythonRepr(value);
}

/** Notation of a value as Python's `repr` gives it. */
export function pythonRepr(value: EngineValue): string {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null || value === undefined) return "None";
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  if (value instanceof Map) return `{${[...value].map(([key, item]) => `${pythonRepr(key)}: ${pythonRepr(item)}`).join(", ")}}`;
  return String(value);
}

/** Python prefers single quotes and escapes what cannot be printed. */
function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\n\r\t\0-\x1f\x7f]/g, escapeCharacter);
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

function escapeCharacter(character: string): string {
  const known: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return known[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
