export type CodeLanguage = "yaml" | "json" | "bash" | "python" | "javascript" | "toml" | "text";

export interface CodeToken {
  text: string;
  kind: "plain" | "comment" | "string" | "number" | "key" | "keyword" | "mark";
}

const strings = String.raw`(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')`;
const numbers = String.raw`(?<number>(?<![\w.-])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.-]))`;
const hash = String.raw`(?<comment>(?<=^|\s)#.*$)`;
const words = (list: string) => String.raw`(?<keyword>\b(?:${list})\b)`;

// Light on purpose: enough for the eye, line by line, no grammar. Lines longer than this stay plain.
const longestLine = 2000;

const patterns: Record<Exclude<CodeLanguage, "text">, RegExp> = {
  yaml: new RegExp(
    [hash, String.raw`(?<key>[\w.$/-]+(?=\s*:(?:\s|$)))`, strings, numbers, words("true|false|null"), String.raw`(?<mark>^\s*-(?=\s)|[{}[\],])`].join("|"),
    "gm",
  ),
  toml: new RegExp([hash, String.raw`(?<key>^\s*[\w."-]+(?=\s*=))`, strings, numbers, words("true|false"), String.raw`(?<mark>[[\]{},])`].join("|"), "gm"),
  json: new RegExp([String.raw`(?<key>"(?:\\.|[^"\\])*"(?=\s*:))`, strings, numbers, words("true|false|null"), String.raw`(?<mark>[{}[\],:])`].join("|"), "gm"),
  bash: new RegExp([hash, strings, words("if|then|else|fi|for|do|done|while|export|set|cd"), String.raw`(?<mark>\\$|\||&&)`].join("|"), "gm"),
  python: new RegExp(
    [
      hash,
      strings,
      numbers,
      words("def|class|return|import|from|as|if|elif|else|for|while|in|not|and|or|with|try|except|finally|raise|lambda|None|True|False|yield|async|await|pass"),
    ].join("|"),
    "gm",
  ),
  javascript: new RegExp(
    [
      String.raw`(?<comment>\/\/.*$)`,
      strings,
      numbers,
      words("const|let|var|function|return|import|from|export|if|else|for|while|new|await|async|class|null|true|false|undefined|typeof"),
    ].join("|"),
    "gm",
  ),
};

function kindOf(groups: Record<string, string | undefined>): CodeToken["kind"] {
  if (groups["comment"] !== undefined) return "comment";
  if (groups["key"] !== undefined) return "key";
  if (groups["string"] !== undefined) return "string";
  if (groups["number"] !== undefined) return "number";
  if (groups["keyword"] !== undefined) return "keyword";
  return "mark";
}

function tokenizeLine(line: string, pattern: RegExp): CodeToken[] {
  const tokens: CodeToken[] = [];
  let from = 0;
  for (const match of line.matchAll(pattern)) {
    if (match[0] === "") continue;
    if (match.index > from) tokens.push({ text: line.slice(from, match.index), kind: "plain" });
    tokens.push({ text: match[0], kind: kindOf(match.groups ?? {}) });
    from = match.index + match[0].length;
  }
  if (from < line.length || tokens.length === 0) tokens.push({ text: line.slice(from), kind: "plain" });
  return tokens;
}

/** Splits code into lines of coloured pieces; the pieces of a line joined are the line. */
export function tokenizeLines(code: string, language: CodeLanguage): CodeToken[][] {
  const lines = code.split("\n");
  if (language === "text") return lines.map((text) => [{ text, kind: "plain" }]);
  return lines.map((line) => (line.length > longestLine ? [{ text: line, kind: "plain" }] : tokenizeLine(line, patterns[language])));
}

const languageByEnding: Record<string, CodeLanguage> = {
  yaml: "yaml",
  yml: "yaml",
  json: "json",
  jsonl: "json",
  ipynb: "json",
  sh: "bash",
  bash: "bash",
  py: "python",
  js: "javascript",
  ts: "javascript",
  mjs: "javascript",
  toml: "toml",
  lock: "toml",
  cfg: "toml",
};

/** The language of a file by its name; text when unknown. */
export function languageOf(path: string): CodeLanguage {
  return languageByEnding[path.slice(path.lastIndexOf(".") + 1).toLowerCase()] ?? "text";
}

const known = new Set<string>([...Object.keys(patterns), "text"]);

/** Whether a word names a language that is coloured here. */
export function isCodeLanguage(word: string): word is CodeLanguage {
  return known.has(word);
}
