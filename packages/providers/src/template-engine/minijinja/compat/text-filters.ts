import { FilterArguments } from "./filter-arguments.ts";
import { type EngineValue, pythonText } from "./python-text.ts";

/** A filter as the engine calls it: the value, then the arguments. It may throw; the caller guards it. */
export type Filter = (value: EngineValue, ...given: EngineValue[]) => EngineValue;

const MAX_WIDTH = 10_000;

/** Filters of Jinja2 that the engine lacks or computes differently, all on text. */
export const TEXT_FILTERS: Record<string, Filter> = {
  center(value, ...given) {
    const text = pythonText(value);
    const width = new FilterArguments(given, ["width"]).count("width", 80, MAX_WIDTH);
    const missing = Math.max(0, width - text.length);
    // As str.center: the odd space goes left when the width is odd.
    const left = Math.floor(missing / 2) + (missing & width & 1);
    return " ".repeat(left) + text + " ".repeat(missing - left);
  },
  format(value, ...given) {
    let index = 0;
    return pythonText(value).replace(/%[sd%]/g, (directive) => {
      if (directive === "%%") return "%";
      if (index >= given.length) throw new Error("has fewer arguments than placeholders");
      index += 1;
      return pythonText(given[index - 1]);
    });
  },
  indent(value, ...given) {
    const options = new FilterArguments(given, ["width", "first", "blank"]);
    const width = options.value("width");
    const pad = typeof width === "string" ? width.slice(0, MAX_WIDTH) : " ".repeat(options.count("width", 4, 1000));
    const lines = pythonText(value).split("\n");
    return lines
      .map((line, index) => ((index === 0 ? options.flag("first", false) : line !== "" || options.flag("blank", false)) ? pad + line : line))
      .join("\n");
  },
  int(value, ...given) {
    const options = new FilterArguments(given, ["default", "base"]);
    const number = parseInteger(value, options.count("base", 10, 36));
    return Number.isFinite(number) ? number : (options.value("default") ?? 0);
  },
  slugify(value, ...given) {
    const options = new FilterArguments(given, ["separator", "max_length"]);
    const separator = options.text("separator", "-");
    const words =
      pythonText(value)
        .normalize("NFKD")
        .replace(/\p{M}+/gu, "")
        .toLowerCase()
        .match(/[a-z0-9]+/g) ?? [];
    const slug = words.join(separator);
    const most = options.count("max_length", 0, MAX_WIDTH);
    const cut = most > 0 ? slug.slice(0, most) : slug;
    return separator !== "" && cut.endsWith(separator) ? cut.slice(0, -separator.length) : cut;
  },
  title(value) {
    return pythonText(value).replace(
      /([-\s({[<]+|^)([^-\s({[<]+)/g,
      (_, before: string, word: string) => before + word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
    );
  },
  truncate(value, ...given) {
    const options = new FilterArguments(given, ["length", "killwords", "end", "leeway"]);
    const text = pythonText(value);
    const [length, end] = [options.count("length", 255, Number.MAX_SAFE_INTEGER), options.text("end", "...")];
    if (text.length <= length + options.count("leeway", 5, MAX_WIDTH)) return text;
    const cut = text.slice(0, Math.max(0, length - end.length));
    const wordEnd = cut.lastIndexOf(" ");
    return (options.flag("killwords", false) || wordEnd < 0 ? cut : cut.slice(0, wordEnd)) + end;
  },
  urlencode(value) {
    return encodeURIComponent(pythonText(value))
      .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll("%2F", "/");
  },
  wordcount(value) {
    return (pythonText(value).match(/[\p{L}\p{N}_]+/gu) ?? []).length;
  },
  wordwrap(value, ...given) {
    const width = new FilterArguments(given, ["width"]).count("width", 79, MAX_WIDTH);
    return pythonText(value)
      .split("\n")
      .map((line) => wrapLine(line, Math.max(1, width)))
      .join("\n");
  },
};

function parseInteger(value: EngineValue, base: number): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return Math.trunc(value);
  if (typeof value !== "string") return Number.NaN;
  const text = value.trim().replaceAll("_", "");
  if (base !== 10) return Number.parseInt(text, base);
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Math.trunc(Number(text)) : Number.NaN;
}

/** As textwrap: words longer than the line are cut, white space at the ends of lines is dropped. */
function wrapLine(line: string, width: number): string {
  const lines: string[] = [];
  let current = "";
  for (const part of line.match(/\s+|\S+/g) ?? []) {
    let rest = part;
    if (current.length + rest.length <= width) {
      current += rest;
      continue;
    }
    if (current.trim() !== "") lines.push(current.trimEnd());
    current = "";
    if (rest.trim() === "") continue;
    for (; rest.length > width; rest = rest.slice(width)) lines.push(rest.slice(0, width));
    current = rest;
  }
  if (current.trim() !== "" || lines.length === 0) lines.push(current.trimEnd());
  return lines.join("\n");
}
