import { EmbeddedActionsParser, EOF, type ILexingError, type IParserErrorMessageProvider, type IToken, tokenLabel, type TokenType } from "chevrotain";
import { searchSyntaxError } from "./search-syntax-error.ts";
import * as t from "./tokens.ts";

/** A field as it is written: `metrics.loss`, or a bare name (prefix null). Offsets count UTF-16 units from 0. */
export type FieldSyntax = { prefix: string | null; key: string; offset: number };

export type OperandSyntax = { kind: "number" | "text"; value: string; offset: number };

export type ComparisonSyntax = {
  field: FieldSyntax;
  /** In capitals, one space between two words. */
  operator: string;
  operatorOffset: number;
  /** One for a plain comparison, one or more for a list, none for IS NULL. */
  operands: OperandSyntax[];
};

export type OrderSyntax = { field: FieldSyntax; descending: boolean };

const HINTS = new Map<TokenType, string>([
  [t.Or, "OR is not part of the language. Search once for each side, or use IN ('a', 'b') where the field takes it."],
  [t.Opening, "Parentheses stand only around the list of IN."],
  [t.Backticked, "Backquotes stand around keys; a value stands in single or double quotes."],
]);

const found = (token: IToken | undefined): string => (!token || token.tokenType === EOF ? "the end" : `'${token.image}'`);
const say = (expected: string | undefined, actual: IToken | undefined): string =>
  (actual && HINTS.get(actual.tokenType)) ?? `Expected ${expected ?? "something else"}, found ${found(actual)}.`;

/** What may follow a whole text of each rule. */
const AFTER_THE_END: Record<string, string> = { filter: "AND or the end", order: "ASC, DESC or the end", fieldAlone: "the end" };

const messages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, actual }) => say(tokenLabel(expected), actual),
  buildNotAllInputParsedMessage: ({ firstRedundant, ruleName }) => say(AFTER_THE_END[ruleName], firstRedundant),
  buildNoViableAltMessage: ({ actual, customUserDescription }) => say(customUserDescription, actual[0]),
  buildEarlyExitMessage: ({ actual, customUserDescription }) => say(customUserDescription, actual[0]),
};

/** The language of filters and of `order_by`, as clients write them. It does not know what can be searched. */
class SearchParser extends EmbeddedActionsParser {
  constructor() {
    super(t.TOKENS, { errorMessageProvider: messages, maxLookahead: 2 });
    this.performSelfAnalysis();
  }

  readonly filter = this.RULE("filter", (): ComparisonSyntax[] => {
    const comparisons: ComparisonSyntax[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.And, DEF: () => comparisons.push(this.SUBRULE(this.comparison)), ERR_MSG: "a field" });
    return comparisons;
  });

  readonly order = this.RULE("order", (): OrderSyntax => {
    const field = this.SUBRULE(this.field);
    const descending = this.OPTION(() =>
      this.OR([{ ALT: () => this.CONSUME(t.Asc).tokenType !== t.Asc }, { ALT: () => this.CONSUME(t.Desc).tokenType === t.Desc }]),
    );
    return { field, descending: descending === true };
  });

  readonly fieldAlone = this.RULE("fieldAlone", (): FieldSyntax => this.SUBRULE(this.field));

  private readonly comparison = this.RULE("comparison", (): ComparisonSyntax => {
    const field = this.SUBRULE(this.field);
    return this.OR({
      DEF: [
        { ALT: () => plain(field, this.CONSUME(t.Comparator), this.SUBRULE(this.operand)) },
        { ALT: () => plain(field, this.CONSUME(t.Like), this.SUBRULE1(this.operand)) },
        { ALT: () => plain(field, this.CONSUME(t.ILike), this.SUBRULE2(this.operand)) },
        {
          ALT: () => {
            const not = this.OPTION(() => this.CONSUME(t.Not));
            const first = this.CONSUME(t.In);
            return { field, operator: not ? "NOT IN" : "IN", operatorOffset: (not ?? first).startOffset, operands: this.SUBRULE(this.list) };
          },
        },
        {
          ALT: () => {
            const { startOffset } = this.CONSUME(t.Is);
            const not = this.OPTION1(() => this.CONSUME1(t.Not));
            this.CONSUME(t.Null);
            return { field, operator: not ? "IS NOT NULL" : "IS NULL", operatorOffset: startOffset, operands: [] };
          },
        },
      ],
      ERR_MSG: "a comparison (=, !=, <, <=, >, >=, LIKE, ILIKE, IN, IS NULL)",
    });
  });

  private readonly list = this.RULE("list", (): OperandSyntax[] => {
    const operands: OperandSyntax[] = [];
    this.CONSUME(t.Opening);
    operands.push(this.SUBRULE(this.operand));
    // A comma after the last value is what a tuple of Python with one item has.
    this.MANY({
      GATE: () => this.LA(2).tokenType !== t.Closing,
      DEF: () => {
        this.CONSUME(t.Comma);
        operands.push(this.SUBRULE1(this.operand));
      },
    });
    this.OPTION(() => this.CONSUME1(t.Comma));
    this.CONSUME(t.Closing);
    return operands;
  });

  private readonly operand = this.RULE("operand", (): OperandSyntax =>
    this.OR({
      DEF: [
        { ALT: () => operandOf("number", this.CONSUME(t.NumberLiteral)) },
        { ALT: () => operandOf("text", this.CONSUME(t.SingleQuoted)) },
        { ALT: () => operandOf("text", this.CONSUME(t.DoubleQuoted)) },
      ],
      ERR_MSG: "a number, or text in single or double quotes",
    }),
  );

  private readonly field = this.RULE("field", (): FieldSyntax =>
    this.OR({
      DEF: [
        { ALT: () => bare(this.CONSUME(t.Word), (image) => image) },
        { ALT: () => bare(this.CONSUME(t.Backticked), t.unquote) },
        { ALT: () => bare(this.CONSUME(t.DoubleQuoted), t.unquote) },
        {
          ALT: () => {
            const prefix = this.CONSUME(t.Prefix);
            const key = this.OR1({
              DEF: [
                { ALT: () => this.CONSUME(t.BareKey).image },
                { ALT: () => t.unquote(this.CONSUME(t.BacktickKey).image) },
                { ALT: () => t.unquote(this.CONSUME(t.DoubleQuotedKey).image) },
              ],
              ERR_MSG: "a key",
            });
            return { prefix: prefix.image.slice(0, -1), key, offset: prefix.startOffset };
          },
        },
      ],
      ERR_MSG: "a field, such as metrics.loss or tags.`my tag`",
    }),
  );
}

const plain = (field: FieldSyntax, operator: IToken, operand: OperandSyntax): ComparisonSyntax => ({
  field,
  operator: operator.image.toUpperCase(),
  operatorOffset: operator.startOffset,
  operands: [operand],
});

const operandOf = (kind: "number" | "text", { image, startOffset }: IToken): OperandSyntax => ({
  kind,
  value: kind === "number" ? image : t.unquote(image),
  offset: startOffset,
});

const bare = (token: IToken, keyOf: (image: string) => string): FieldSyntax => ({ prefix: null, key: keyOf(token.image), offset: token.startOffset });

const parser = new SearchParser();

/** The comparisons of a filter, in order. Throws INVALID with the character where it stops making sense. */
export function readFilter(text: string): ComparisonSyntax[] {
  return read("filter", text, () => parser.filter());
}

/** One entry of `order_by`. Throws INVALID as `readFilter` does. */
export function readOrder(text: string): OrderSyntax {
  return read("order_by", text, () => parser.order());
}

/** The name of a field with nothing after it. Throws INVALID as `readFilter` does. */
export function readField(text: string): FieldSyntax {
  return read("order_by", text, () => parser.fieldAlone());
}

function read<Result>(what: "filter" | "order_by", text: string, rule: () => Result): Result {
  const { tokens, errors } = t.lexer.tokenize(text);
  const [unknown] = errors;
  if (unknown) throw searchSyntaxError(what, text, unknown.offset, explainCharacter(text, unknown));
  parser.input = tokens;
  const result = rule();
  const [error] = parser.errors;
  if (error) throw searchSyntaxError(what, text, error.token.tokenType === EOF ? text.length : error.token.startOffset, error.message);
  return result;
}

function explainCharacter(text: string, { offset }: ILexingError): string {
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  if (`'"\``.includes(character)) return `The quote ${character} is never closed. Inside quotes, write the quote itself twice.`;
  return `'${character}' means nothing here. Put a key with such characters in backquotes, and text in single quotes.`;
}
