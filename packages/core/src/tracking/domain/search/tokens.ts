import { createToken, Lexer, type TokenType } from "chevrotain";

/** Text between quotes; the quote itself is written twice. A backslash is a character like any other. */
const BACKTICKS = /`(?:[^`]|``)*`/;
const DOUBLE_QUOTES = /"(?:[^"]|"")*"/;
const SINGLE_QUOTES = /'(?:[^']|'')*'/;
/**
 * What a key may be without quotes: clients write `tags.mlflow.source.name` and `metrics.val/loss`. Everything beyond ASCII that
 * is not a space counts as a letter, since the lexer cannot look into classes such as `\p{L}`.
 */
const BARE_KEY =
  /[\w\u00a1-\u167f\u1681-\u1fff\u2070-\u2fff\u3001-\ufefe\uff00-\uffff][\w.:/\-\u00a1-\u167f\u1681-\u1fff\u2070-\u2fff\u3001-\ufefe\uff00-\uffff]*/;

const KEY_MODE = "key";

export const Word = createToken({ name: "Word", pattern: /[A-Za-z_]\w*/, label: "a field" });
const keyword = (name: string): TokenType => createToken({ name, pattern: new RegExp(name, "i"), longer_alt: Word, label: name.toUpperCase() });
export const And = keyword("And");
export const Or = keyword("Or");
export const Not = keyword("Not");
export const In = keyword("In");
export const Like = keyword("Like");
export const ILike = keyword("ILike");
export const Is = keyword("Is");
export const Null = keyword("Null");
export const Asc = keyword("Asc");
export const Desc = keyword("Desc");

/** `metrics.`: what follows at once is a key, in which words such as `and` mean nothing. */
export const Prefix = createToken({ name: "Prefix", pattern: /[A-Za-z]\w*\./, push_mode: KEY_MODE, label: "a field" });
export const BareKey = createToken({ name: "BareKey", pattern: BARE_KEY, pop_mode: true, label: "a key" });
export const BacktickKey = createToken({ name: "BacktickKey", pattern: BACKTICKS, pop_mode: true, line_breaks: true, label: "a key" });
export const DoubleQuotedKey = createToken({ name: "DoubleQuotedKey", pattern: DOUBLE_QUOTES, pop_mode: true, line_breaks: true, label: "a key" });

export const NumberLiteral = createToken({ name: "NumberLiteral", pattern: /[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w)/, label: "a number" });
export const SingleQuoted = createToken({ name: "SingleQuoted", pattern: SINGLE_QUOTES, line_breaks: true, label: "text in quotes" });
export const DoubleQuoted = createToken({ name: "DoubleQuoted", pattern: DOUBLE_QUOTES, line_breaks: true, label: "text in quotes" });
export const Backticked = createToken({ name: "Backticked", pattern: BACKTICKS, line_breaks: true, label: "a field" });
export const Comparator = createToken({ name: "Comparator", pattern: />=|<=|!=|=|>|</, label: "a comparison" });
export const Opening = createToken({ name: "Opening", pattern: "(", label: "(" });
export const Closing = createToken({ name: "Closing", pattern: ")", label: ")" });
export const Comma = createToken({ name: "Comma", pattern: ",", label: "," });
const Space = createToken({ name: "Space", pattern: /\s+/, group: Lexer.SKIPPED, line_breaks: true });

const FILTER_TOKENS = [
  Space,
  Prefix,
  And,
  Or,
  Not,
  In,
  Like,
  ILike,
  Is,
  Null,
  Asc,
  Desc,
  Word,
  NumberLiteral,
  SingleQuoted,
  DoubleQuoted,
  Backticked,
  Comparator,
  Opening,
  Closing,
  Comma,
];
const KEY_TOKENS = [BareKey, BacktickKey, DoubleQuotedKey];

/** Every token, for the parser. */
export const TOKENS = [...FILTER_TOKENS, ...KEY_TOKENS];

export const lexer = new Lexer({ modes: { filter: FILTER_TOKENS, [KEY_MODE]: KEY_TOKENS }, defaultMode: "filter" }, { positionTracking: "onlyOffset" });

const WHOLE_BARE_KEY = new RegExp(`^(?:${BARE_KEY.source})$`);

/** True when a key can be written as it is. */
export function isBareKey(key: string): boolean {
  return WHOLE_BARE_KEY.test(key);
}

/** Takes the quotes off a token's text. */
export function unquote(image: string): string {
  const quote = image[0] ?? "";
  return image.slice(1, -1).replaceAll(quote + quote, quote);
}

/** Puts text between quotes, so that `unquote` gives it back. */
export function quote(text: string, mark: "'" | "`"): string {
  return mark + text.replaceAll(mark, mark + mark) + mark;
}
