import { CoreError } from "../../../kernel/errors.ts";
import { hasUnstorableText } from "../../../kernel/storable-text.ts";
import { listed, resolveField, type Subject } from "./resolve-field.ts";
import { searchSyntaxError } from "./search-syntax-error.ts";
import { type ComparisonSyntax, readFilter } from "./syntax.ts";
import { type FilterAttribute, type SearchTarget, targetOf, type ValueKind } from "./targets.ts";

const NUMBER_OPERATORS = ["=", "!=", "<", "<=", ">", ">="] as const;
const TEXT_OPERATORS = ["=", "!=", "LIKE", "ILIKE"] as const;
const LIST_OPERATORS = ["IN", "NOT IN"] as const;
const NULL_OPERATORS = ["IS NULL", "IS NOT NULL"] as const;
export type NumberOperator = (typeof NUMBER_OPERATORS)[number];
export type TextOperator = (typeof TEXT_OPERATORS)[number];

/** What is asked of a subject. A number is kept as it was written, so that no digit is lost. */
export type Test =
  | { kind: "number"; operator: NumberOperator; number: string }
  | { kind: "text"; operator: TextOperator; text: string }
  | { kind: "list"; operator: (typeof LIST_OPERATORS)[number]; texts: string[] }
  | { kind: "null"; operator: (typeof NULL_OPERATORS)[number] };

export type Condition<Attribute extends string = string> = { subject: Subject<Attribute>; test: Test };

/** Conditions that must all hold. */
export type Filter<Of extends SearchTarget = SearchTarget> = Condition<FilterAttribute<Of>>[];

/** More conditions than a person writes, fewer than the database would plan for seconds. */
const MAX_CONDITIONS = 100;

/**
 * Understands a filter. Absent or blank means no condition. Throws INVALID with the character where it stops making sense, and
 * what could stand there.
 */
export function parseFilter<Of extends SearchTarget>(text: string | null | undefined, target: Of): Filter<Of> {
  if (!text || text.trim() === "") return [];
  if (hasUnstorableText(text)) throw new CoreError("INVALID", "Invalid filter: it holds a NUL or half of a surrogate pair, which no stored text has.");
  const comparisons = readFilter(text);
  if (comparisons.length > MAX_CONDITIONS) throw new CoreError("INVALID", `Invalid filter: it has more than ${MAX_CONDITIONS} comparisons.`);
  const attributes = Object.keys(targetOf(target).attributes);
  return comparisons.map((comparison) => {
    const subject = resolveField(comparison.field, target, attributes);
    if ("problem" in subject) throw searchSyntaxError("filter", text, comparison.field.offset, subject.problem);
    // `resolveField` let only the target's own attributes pass.
    return { subject: subject as Subject<FilterAttribute<Of>>, test: testOf(text, comparison, subject, target) };
  });
}

function testOf(text: string, { operator, operatorOffset, operands }: ComparisonSyntax, subject: Subject, target: SearchTarget): Test {
  const spec = targetOf(target);
  const kind = (subject.entity === "attribute" ? spec.attributes[subject.key] : spec.keyed[subject.entity]) ?? "text";
  const nullable = subject.entity !== "attribute" && spec.nullable.includes(subject.entity);
  const name = subject.entity === "attribute" ? subject.key : `${subject.entity} '${subject.key}'`;
  const allowed = operatorsOf(kind, nullable);
  if (!allowed.includes(operator)) {
    const hint =
      operator === "IN" && target === "runs" ? " Only the 'run_id' attribute supports comparison with a list of quoted string values, and datasets." : "";
    throw searchSyntaxError("filter", text, operatorOffset, `Invalid comparator '${operator}' for ${name}. Valid comparators are ${listed(allowed)}.${hint}`);
  }
  const wrong = operands.find((operand) => operand.kind !== (kind === "number" ? "number" : "text"));
  if (wrong)
    throw searchSyntaxError(
      "filter",
      text,
      wrong.offset,
      kind === "number"
        ? `Expected numeric value type for ${name}, without quotes. Found '${wrong.value}'.`
        : `Expected a quoted string value for ${name}. Found ${wrong.value}: write '${wrong.value}'.`,
    );
  const [{ value } = { value: "" }] = operands;
  if (isOneOf(NULL_OPERATORS, operator)) return { kind: "null", operator };
  if (isOneOf(LIST_OPERATORS, operator)) return { kind: "list", operator, texts: operands.map((operand) => operand.value) };
  if (kind === "number" && isOneOf(NUMBER_OPERATORS, operator)) return { kind: "number", operator, number: value };
  if (isOneOf(TEXT_OPERATORS, operator)) return { kind: "text", operator, text: value };
  throw new Error(`No test for ${operator}.`);
}

function operatorsOf(kind: ValueKind, nullable: boolean): string[] {
  const own = kind === "number" ? NUMBER_OPERATORS : TEXT_OPERATORS;
  return [...own, ...(kind === "listed text" ? LIST_OPERATORS : []), ...(nullable ? NULL_OPERATORS : [])];
}

function isOneOf<const Word extends string>(words: readonly Word[], word: string): word is Word {
  return words.some((known) => known === word);
}
