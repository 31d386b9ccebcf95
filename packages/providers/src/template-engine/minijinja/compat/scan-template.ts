/** A stretch of template source. `start` and `end` are offsets; a tag's `body` has neither delimiters nor trim marks. */
export type Token =
  | { kind: "text" | "comment" | "raw"; start: number; end: number }
  | { kind: "print" | "block"; start: number; end: number; body: string; /** `-`, `+` or empty. */ trimBefore: string; trimAfter: string };

const OPENING = /\{[{%#]/g;

/**
 * Cuts Jinja source into text, comments, raw blocks and tags, minding strings and brackets inside tags. What is not closed
 * stays text: the engine reports it with its line.
 */
export function scanTemplate(source: string): Token[] {
  const tokens: Token[] = [];
  let textStart = 0;
  let at = 0;
  while ((at = indexOfOpening(source, at)) >= 0) {
    const token = readToken(source, at);
    if (!token) break;
    if (textStart < at) tokens.push({ kind: "text", start: textStart, end: at });
    tokens.push(token);
    at = token.end;
    textStart = at;
  }
  if (textStart < source.length) tokens.push({ kind: "text", start: textStart, end: source.length });
  return tokens;
}

/** The first word of a block tag, e.g. `include`. */
export function tagWord(body: string): string {
  return /^\s*(\w+)/.exec(body)?.[1] ?? "";
}

function indexOfOpening(source: string, from: number): number {
  OPENING.lastIndex = from;
  return OPENING.exec(source)?.index ?? -1;
}

function readToken(source: string, start: number): Token | null {
  const opening = source.slice(start, start + 2);
  if (opening === "{#") {
    const close = source.indexOf("#}", start + 2);
    return close < 0 ? null : { kind: "comment", start, end: close + 2 };
  }
  const close = findTagEnd(source, start + 2, opening === "{{" ? "}}" : "%}");
  if (close < 0) return null;
  const tag = readTag(source, start, close, opening === "{{" ? "print" : "block");
  if (tag.kind !== "block" || tagWord(tag.body) !== "raw") return tag;
  const endraw = /\{%[-+]?\s*endraw\s*[-+]?%\}/g;
  endraw.lastIndex = tag.end;
  const match = endraw.exec(source);
  return match ? { kind: "raw", start, end: match.index + match[0].length } : null;
}

function readTag(source: string, start: number, close: number, kind: "print" | "block"): Token & { body: string } {
  const inner = source.slice(start + 2, close);
  const trimBefore = /^[-+]/.exec(inner)?.[0] ?? "";
  const rest = inner.slice(trimBefore.length);
  const trimAfter = /[-+]$/.exec(rest)?.[0] ?? "";
  return { kind, start, end: close + 2, body: rest.slice(0, rest.length - trimAfter.length), trimBefore, trimAfter };
}

/** Offset of the closing delimiter that is in no string and no bracket, or -1. */
function findTagEnd(source: string, from: number, closing: string): number {
  let quote = "";
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    const character = source[at] ?? "";
    if (quote !== "") {
      if (character === "\\") at += 1;
      else if (character === quote) quote = "";
    } else if (depth === 0 && source.startsWith(closing, at)) return at;
    else if (character === '"' || character === "'") quote = character;
    else if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character) && depth > 0) depth -= 1;
  }
  return -1;
}
