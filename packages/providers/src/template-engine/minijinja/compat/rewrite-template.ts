import { scanTemplate, tagWord, type Token } from "./scan-template.ts";

/**
 * Ending of the names under which templates are known to the engine. It picks HTML or JSON escaping by the ending of a name
 * and cannot be told not to; one that it does not know means none, which is what Jinja does for generated code.
 */
export const TEMPLATE_SUFFIX = ".~";

/** Name of the filter that prints a value as Python does. */
export const PRINT_FILTER = "__trellis_print";

/**
 * Rewrites Jinja source so that the engine renders it as Jinja2 for Python does: booleans and none in Python's words, lists
 * and mappings in its notation, the `now` tag, assignment to several names. Every tag keeps its line.
 */
export function rewriteTemplate(source: string): string {
  return scanTemplate(source)
    .map((token) => rewriteToken(source, token))
    .join("");
}

/** True when a template refers to another by name. */
export function refersToOthers(source: string): boolean {
  return scanTemplate(source).some((token) => token.kind === "block" && ["include", "extends", "import", "from"].includes(tagWord(token.body)));
}

function rewriteToken(source: string, token: Token): string {
  const original = source.slice(token.start, token.end);
  if (token.kind === "print") return token.body.trim() === "" ? original : printStatement(token.body, token.trimBefore, token.trimAfter);
  if (token.kind !== "block") return original;
  const word = tagWord(token.body);
  // The argument keeps its white space: line breaks in it count.
  const argument = token.body.replace(/^(\s*)\w+/, "$1");
  const block = (body: string) => `{%${token.trimBefore}${body}%}`.replace(/%\}$/, `${token.trimAfter}%}`);
  switch (word) {
    case "now":
      return printStatement(`now(${argument})`, token.trimBefore, token.trimAfter);
    case "include":
    case "extends":
      return block(` ${word} ${withSuffix(argument, /(\s+ignore\s+missing)?(\s+with(out)?\s+context)?\s*$/)} `);
    case "import":
      return block(` import ${withSuffix(argument, /\s+as\s+\w+(\s+with(out)?\s+context)?\s*$/)} `);
    case "from":
      return block(` from ${withSuffix(argument, /\s+import\s[\s\S]*$/)} `);
    case "set":
      return unpackedAssignment(argument, token.trimBefore, token.trimAfter) ?? original;
    default:
      return original;
  }
}

/** The value is computed once; only the kinds that the engine prints differently take the way through the filter. */
function printStatement(expression: string, trimBefore: string, trimAfter: string): string {
  const value = "__trellis_value";
  const isSpecial = `${value} is boolean or ${value} is none or ${value} is sequence or ${value} is mapping`;
  return `{%${trimBefore} with ${value} = (${expression}) %}{{ ${value}|${PRINT_FILTER} if ${isSpecial} else ${value} }}{% endwith ${trimAfter}%}`;
}

function withSuffix(argument: string, tail: RegExp): string {
  const at = argument.search(tail);
  const name = at < 0 ? argument : argument.slice(0, at);
  return `(${name}) ~ "${TEMPLATE_SUFFIX}"${at < 0 ? "" : argument.slice(at)}`;
}

/** `set a, b = expression` by way of a temporary name; null when the tag assigns to one name only. */
function unpackedAssignment(argument: string, trimBefore: string, trimAfter: string): string | null {
  const match = /^\s*(\w+(?:\s*,\s*\w+)+)\s*=(?!=)([\s\S]*)$/.exec(argument);
  if (!match) return null;
  const [, names = "", expression = ""] = match;
  const assignments = names.split(",").map((name, index) => ` set ${name.trim()} = __trellis_parts[${index}] `);
  const tags = [` set __trellis_parts = (${expression}) `, ...assignments];
  return tags.map((tag, index) => `{%${index === 0 ? trimBefore : ""}${tag}${index === tags.length - 1 ? trimAfter : ""}%}`).join("");
}
