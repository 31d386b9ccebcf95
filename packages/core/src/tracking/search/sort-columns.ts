import { type SQL, sql } from "drizzle-orm";
import type { SortType } from "../domain/search/page-token.ts";

/** One thing that rows are sorted by. The expression is never null; `missingLast` makes it so. */
export type SortColumn = { expression: SQL; type: SortType; descending: boolean };

const NEUTRAL: Record<SortType, SQL> = {
  float8: sql`0::float8`,
  int8: sql`0::bigint`,
  text: sql`''`,
  uuid: sql`'00000000-0000-0000-0000-000000000000'::uuid`,
  moment: sql`'epoch'::timestamptz`,
};

/** Text as bytes, whatever the database's language is. */
export const bytewise = (text: SQL): SQL => sql`${text} collate "C"`;

/** Columns that put rows without a value last in both directions, and before them those that are NaN. */
export function missingLast(value: SQL, type: SortType, descending: boolean): SortColumn[] {
  const isOdd = type === "float8" ? sql`case when ${value} is null then 2 when ${value} = 'NaN' then 1 else 0 end` : sql`(${value} is null)::int`;
  const known = type === "float8" ? sql`coalesce(nullif(${value}, 'NaN'), 0)` : sql`coalesce(${value}, ${NEUTRAL[type]})`;
  return [
    { expression: isOdd, type: "int8", descending: false },
    { expression: type === "text" ? bytewise(known) : known, type, descending },
  ];
}

const nameOf = (index: number): SQL => sql.raw(`c${index}`);

/** The columns in a select list, as `c0`, `c1`... */
export function selectColumns(columns: readonly SortColumn[]): SQL {
  return sql.join(
    columns.map(({ expression }, index) => sql`${expression} as ${nameOf(index)}`),
    sql`, `,
  );
}

/** What stands after ORDER BY in the statement that selects them. */
export function orderOf(columns: readonly SortColumn[]): SQL {
  return sql.join(
    columns.map(({ expression, descending }) => sql`${expression} ${descending ? sql`desc` : sql`asc`}`),
    sql`, `,
  );
}

/** The same around that statement, where only the names are known. */
export function orderOfSelected(columns: readonly SortColumn[]): SQL {
  return orderOf(columns.map((column, index) => ({ ...column, expression: nameOf(index) })));
}

/** Selected columns as a page token keeps them: one array of text. */
export function keysOfSelected(columns: readonly SortColumn[]): SQL {
  const texts = columns.map(({ type }, index) =>
    type === "moment" ? sql`((extract(epoch from ${nameOf(index)}) * 1000000)::bigint)::text` : sql`${nameOf(index)}::text`,
  );
  return sql`array[${sql.join(texts, sql`, `)}]`;
}

/** Holds for the rows that come after the one with these values. */
export function afterKeys(columns: readonly SortColumn[], values: readonly string[]): SQL {
  const steps = columns.map((column, index) => ({ column, value: valueOf(column.type, values[index] ?? "") }));
  const [first] = steps;
  if (!first) return sql`false`;
  const beyond = steps.reduceRight<SQL>(
    (rest, { column: { expression, descending }, value }) => {
      const further = sql`${expression} ${descending ? sql`<` : sql`>`} ${value}`;
      return sql`(${further} or (${expression} = ${value} and ${rest}))`;
    },
    sql`false`,
  );
  // Says nothing new, but an index on the first column can start there.
  return sql`(${first.column.expression} ${first.column.descending ? sql`<=` : sql`>=`} ${first.value} and ${beyond})`;
}

function valueOf(type: SortType, text: string): SQL {
  switch (type) {
    case "float8":
      // Through JavaScript's number, since PostgreSQL refuses what is beyond the range.
      return sql`${Number(text)}::float8`;
    case "int8":
      return sql`${text}::bigint`;
    case "uuid":
      return sql`${text}::uuid`;
    case "moment":
      return sql`to_timestamp(${text}::float8 / 1000000)`;
    case "text":
      return sql`${text}::text`;
  }
}

/** A moment as clients count time: milliseconds since 1970. */
export const milliseconds = (moment: SQL): SQL => sql`floor(extract(epoch from ${moment}) * 1000)::bigint`;
