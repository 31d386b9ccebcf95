import type { Condition, Test } from "./filter.ts";
import type { Subject } from "./resolve-field.ts";
import { isBareKey, quote } from "./tokens.ts";

/** Writes conditions so that parsing them gives the same ones again. */
export function printFilter(conditions: readonly Condition[]): string {
  return conditions.map(({ subject, test }) => `${printSubject(subject)} ${printTest(test)}`).join(" AND ");
}

/** `metrics.loss`; an attribute stands bare. */
export function printSubject({ entity, key }: Subject): string {
  if (entity === "attribute") return key;
  return `${entity}s.${isBareKey(key) ? key : quote(key, "`")}`;
}

function printTest(test: Test): string {
  switch (test.kind) {
    case "number":
      return `${test.operator} ${test.number}`;
    case "text":
      return `${test.operator} ${quote(test.text, "'")}`;
    case "list":
      return `${test.operator} (${test.texts.map((text) => quote(text, "'")).join(", ")})`;
    case "null":
      return test.operator;
  }
}
