import { TARGETS } from "@trellis/core/tracking/domain/search/targets.ts";

/** What can be asked for in a filter of runs. */
export type FilterKeys = { metrics: string[]; params: string[]; tags: string[] };

export type Suggestion = {
  /** What is put in place of the text between `from` and `to`. */
  insert: string;
  label: string;
  detail: string;
};
export type Completion = { from: number; to: number; options: Suggestion[] };

const MAX_OPTIONS = 40;
const TOKEN = /\s+|(?:[A-Za-z_]\w*\.)?(?:`(?:[^`]|``)*`?|"(?:[^"]|"")*"?)|'(?:[^']|'')*'?|[<>!=]+|[(),]|[^\s<>!='"`(),]+/g;
const COMPARISONS = ["=", "!=", "<", "<=", ">", ">="];
const TEXT_OPERATORS = ["=", "!=", "LIKE", "ILIKE"];
const NULL_OPERATORS = ["IS NULL", "IS NOT NULL"];
const STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];
/** As the server's own language has it: other keys stand in backticks. */
const BARE_KEY = /^[\w][\w.:/-]*$/;

/**
 * What could come next in a filter at the caret: a field, an operator, a value or AND. It only helps with typing: whether a filter
 * is right, the server says.
 */
export function completeFilter(text: string, caret: number, keys: FilterKeys): Completion {
  const tokens = [...text.slice(0, caret).matchAll(TOKEN)].map((match) => ({ text: match[0], at: match.index }));
  const last = tokens.at(-1);
  // A word that the caret touches is being written; all before it is settled.
  const written = last && !/^\s/.test(last.text) && !isClosed(last.text) ? last : null;
  const settled = tokens.filter((token) => token !== written && !/^\s/.test(token.text)).map((token) => token.text);
  const from = written?.at ?? caret;
  const typed = written?.text ?? "";
  const { expects, field } = stateAfter(settled);
  const offers = offersFor(expects, field, keys);
  const wanted = typed.replaceAll(/[`"]/g, "").toLowerCase();
  const options = offers.filter((offer) => offer.label.toLowerCase().includes(wanted) && offer.label !== typed);
  const starting = (offer: Suggestion): number => (offer.label.toLowerCase().startsWith(wanted) ? 0 : 1);
  return { from, to: caret, options: options.toSorted((a, b) => starting(a) - starting(b)).slice(0, MAX_OPTIONS) };
}

/** The text with the suggestion in it, and where the caret then stands. */
export function applySuggestion(text: string, { from, to }: Completion, { insert }: Suggestion): { text: string; caret: number } {
  const head = `${text.slice(0, from)}${insert} `;
  return { text: head + text.slice(to).trimStart(), caret: head.length };
}

type Expects = "field" | "operator" | "value" | "and" | "list";

function stateAfter(settled: readonly string[]): { expects: Expects; field: string } {
  let expects: Expects = "field";
  let field = "";
  let words = "";
  for (const token of settled) {
    if (expects === "field") [expects, field, words] = ["operator", token, ""];
    else if (expects === "operator") {
      words = `${words} ${token.toUpperCase()}`.trim();
      if (/^(IS|NOT|IS NOT)$/.test(words)) continue;
      expects = words.endsWith("NULL") ? "and" : words.endsWith("IN") ? "list" : "value";
    } else if (expects === "list") {
      if (token === ")") expects = "and";
    } else if (expects === "value") expects = "and";
    else if (token.toUpperCase() === "AND") expects = "field";
  }
  return { expects, field };
}

function offersFor(expects: Expects, field: string, keys: FilterKeys): Suggestion[] {
  const words = (list: readonly string[], detail: string): Suggestion[] => list.map((label) => ({ insert: label, label, detail }));
  if (expects === "field") return fields(keys);
  if (expects === "operator") {
    if (isNumeric(field)) return words(COMPARISONS, "compare");
    return words(/^(params?|tags?)\./.test(field) ? [...TEXT_OPERATORS, ...NULL_OPERATORS] : TEXT_OPERATORS, "compare");
  }
  if (expects === "value")
    return field === "status" || field === "attributes.status"
      ? words(
          STATUSES.map((status) => `'${status}'`),
          "state",
        )
      : [];
  return expects === "and" ? words(["AND"], "and also") : [];
}

function fields(keys: FilterKeys): Suggestion[] {
  const keyed = (group: keyof FilterKeys, detail: string): Suggestion[] =>
    keys[group].map((key) => ({ insert: `${group}.${BARE_KEY.test(key) ? key : `\`${key.replaceAll("`", "``")}\``}`, label: `${group}.${key}`, detail }));
  return [
    ...keyed("metrics", "metric"),
    ...keyed("params", "parameter"),
    ...Object.keys(TARGETS.runs.attributes).map((label) => ({ insert: label, label, detail: "of the run" })),
    ...keyed("tags", "tag"),
  ];
}

function isNumeric(field: string): boolean {
  return /^metrics?\./.test(field) || /^(attributes?\.)?(start_time|end_time)$/.test(field);
}

/** A text or key in quotes that has its closing quote. */
function isClosed(token: string): boolean {
  const quote = /['"`]/.exec(token)?.[0];
  if (quote === undefined) return false;
  const inside = token.slice(token.indexOf(quote) + 1);
  return inside.endsWith(quote) && (inside.length - inside.replaceAll(quote, "").length) % 2 === 1;
}
