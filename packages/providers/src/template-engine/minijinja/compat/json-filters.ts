import { FilterArguments } from "./filter-arguments.ts";
import type { EngineValue } from "./python-text.ts";
import type { Filter } from "./text-filters.ts";

/** `tojson` of Jinja2 and `jsonify` of cookiecutter, written as Python's json module writes: sorted keys, ASCII only. */
export const JSON_FILTERS: Record<string, Filter> = {
  tojson(value, ...given) {
    const indent = new FilterArguments(given, ["indent"]).count("indent", 0, 16);
    const json = writeJson(value, indent, "");
    return json.replace(/[<>&']/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  },
  jsonify(value, ...given) {
    return writeJson(value, new FilterArguments(given, ["indent"]).count("indent", 4, 16), "");
  },
};

function writeJson(value: EngineValue, indent: number, margin: string): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return JSON.stringify(value).replace(/[\x7f-\uffff]/g, escapeUnit);
  if (Array.isArray(value))
    return writeList(
      "[]",
      value.map((item) => (inner: string) => writeJson(item, indent, inner)),
      indent,
      margin,
    );
  if (value instanceof Map) {
    const entries = [...value].sort(([left], [right]) => (left < right ? -1 : 1));
    const writers = entries.map(
      ([key, item]) =>
        (inner: string) =>
          `${writeJson(key, indent, inner)}: ${writeJson(item, indent, inner)}`,
    );
    return writeList("{}", writers, indent, margin);
  }
  return String(value);
}

function writeList(brackets: string, writers: ((margin: string) => string)[], indent: number, margin: string): string {
  if (writers.length === 0) return brackets;
  const inner = margin + " ".repeat(indent);
  const items = writers.map((write) => write(inner));
  if (indent === 0) return brackets.charAt(0) + items.join(", ") + brackets.charAt(1);
  return `${brackets.charAt(0)}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${brackets.charAt(1)}`;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
