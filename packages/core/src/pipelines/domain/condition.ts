import type { Condition, ParameterValue } from "./pipeline-spec.ts";

/** What a condition can look at. A thing that is not there is undefined. */
export type ConditionFacts = {
  metric(name: string): number | undefined;
  parameter(name: string): ParameterValue | undefined;
  /** The value of a field of a JSON file. */ output(path: string, field: string): unknown;
};

/** Whether a condition holds, and in words what decided it: `auc is 0.61, not at least 0.7`. Something missing never holds. */
export function judgeCondition(condition: Condition, facts: ConditionFacts): { holds: boolean; why: string } {
  switch (condition.kind) {
    case "all":
    case "any": {
      const judged = condition.of.map((one) => judgeCondition(one, facts));
      const decided = condition.kind === "all" ? judged.find((one) => !one.holds) : judged.find((one) => one.holds);
      const all = judged.map((one) => one.why).join(condition.kind === "all" ? " and " : "; ");
      return { holds: (condition.kind === "all") === !decided, why: decided?.why ?? all };
    }
    case "not": {
      const { holds, why } = judgeCondition(condition.of, facts);
      return { holds: !holds, why };
    }
    case "metric":
      return compare(condition, `metric ${condition.name}`, facts.metric(condition.name));
    case "parameter":
      return compare(condition, condition.name, facts.parameter(condition.name));
    case "output":
      return compare(condition, `${condition.field} of ${condition.path}`, facts.output(condition.path, condition.field));
  }
}

/** Every leaf of a condition. */
export function conditionLeaves(condition: Condition): Extract<Condition, { operator: unknown }>[] {
  return "of" in condition ? [condition.of].flat().flatMap(conditionLeaves) : [condition];
}

/** The value at names joined by dots (`drift.share`, `scores.0`) in parsed JSON; undefined when there is none. */
export function fieldOf(document: unknown, field: string): unknown {
  let value = document;
  for (const part of field.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

const WORDS = { equals: "", not_equals: "other than ", above: "above ", at_least: "at least ", below: "below ", at_most: "at most " };

function compare({ operator, value }: Extract<Condition, { operator: unknown }>, name: string, found: unknown): { holds: boolean; why: string } {
  if (found === undefined) return { holds: false, why: `there is no ${name}` };
  const holds = test(operator, value, found);
  const shown = typeof found === "object" ? "not a plain value" : String(found);
  return { holds, why: holds ? `${name} is ${shown}` : `${name} is ${shown}, not ${WORDS[operator]}${value}` };
}

function test(operator: keyof typeof WORDS, value: ParameterValue, found: unknown): boolean {
  if (operator === "equals") return found === value;
  if (operator === "not_equals") return found !== value;
  if (typeof found !== "number" || typeof value !== "number") return false;
  switch (operator) {
    case "above":
      return found > value;
    case "at_least":
      return found >= value;
    case "below":
      return found < value;
    case "at_most":
      return found <= value;
  }
}
