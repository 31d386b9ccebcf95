import { type SQL, sql } from "drizzle-orm";
import type { Test } from "../domain/search/filter.ts";
import { likePattern } from "../domain/search/like-pattern.ts";

const INT8 = 2n ** 63n;

/**
 * A test as a condition on an expression of the same kind; null where the expression is null, so that nothing matches there. Every
 * value is a bound parameter.
 */
export function compileTest(expression: SQL, test: Test): SQL {
  switch (test.kind) {
    case "number":
      return sql`${expression} ${OPERATORS[test.operator]} ${numberOf(test.number)}`;
    case "text":
      if (test.operator === "LIKE" || test.operator === "ILIKE") return sql`${expression} ${OPERATORS[test.operator]} ${likePattern(test.text)}::text`;
      return sql`${expression} ${OPERATORS[test.operator]} ${test.text}::text`;
    case "list": {
      const within = sql`${expression} = any(${sql.param(test.texts)}::text[])`;
      return test.operator === "IN" ? within : sql`not (${within})`;
    }
    case "null":
      return sql`${expression} ${OPERATORS[test.operator]}`;
  }
}

/** A test of a metric. NaN is unequal to every number, and neither greater nor less. */
export function compileMetricTest(value: SQL, test: Test): SQL {
  if (test.kind !== "number") throw new Error("A metric is compared with a number.");
  const compared = sql`${value} ${OPERATORS[test.operator]} ${Number(test.number)}::float8`;
  // To PostgreSQL, NaN is the greatest number of all.
  return test.operator === ">" || test.operator === ">=" ? sql`${compared} and ${value} < 'NaN'::float8` : compared;
}

const OPERATORS = {
  "=": sql`=`,
  "!=": sql`<>`,
  "<": sql`<`,
  "<=": sql`<=`,
  ">": sql`>`,
  ">=": sql`>=`,
  LIKE: sql`like`,
  ILIKE: sql`ilike`,
  "IS NULL": sql`is null`,
  "IS NOT NULL": sql`is not null`,
} as const;

/** Whole numbers keep every digit; others, and those beyond 64 bits, are compared as floating point. */
function numberOf(text: string): SQL {
  if (/^[-+]?\d{1,19}$/.test(text)) {
    const whole = BigInt(text.replace("+", ""));
    if (whole >= -INT8 && whole < INT8) return sql`${String(whole)}::bigint`;
  }
  return sql`${Number(text)}::float8`;
}

/** A test of one entry of a JSON object of texts. Where there is no such entry, only IS NULL holds. */
export function compileTagTest(tags: SQL, key: string, test: Test): SQL {
  // An index on the whole object answers equality.
  if (test.kind === "text" && test.operator === "=") return sql`${tags} @> ${JSON.stringify({ [key]: test.text })}::jsonb`;
  return compileTest(sql`(${tags} ->> ${key}::text)`, test);
}
