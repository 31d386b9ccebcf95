import { type SQL, sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { readPageToken, searchFingerprint, writePageToken } from "../domain/search/page-token.ts";
import { afterKeys, keysOfSelected, orderOf, orderOfSelected, selectColumns, type SortColumn } from "./sort-columns.ts";

/** Which of things that can be deleted and restored a search looks at. */
export type SearchView = "active" | "deleted" | "all";

/** What every search is asked with, besides what it searches in. */
export type SearchInput = { filter?: string | null; orderBy?: readonly string[] | null; maxResults?: number | null; pageToken?: string | null };

/** Holds for rows that the view shows; `alias` is the name of their table in the statement. */
export function inView(view: SearchView, alias: SQL): SQL {
  if (view === "all") return sql`true`;
  return view === "active" ? sql`${alias}.deleted_at is null` : sql`${alias}.deleted_at is not null`;
}

/** The number of results to give, or INVALID in the protocol's words. */
export function checkMaxResults(given: number | null | undefined, usual: number, most: number): number {
  const count = given ?? usual;
  if (!Number.isInteger(count) || count < 1 || count > most)
    throw new CoreError("INVALID", `Invalid value ${count} for parameter 'max_results' supplied. It must be a whole number from 1 to ${most}.`);
  return count;
}

/**
 * One part of a search's result: rows in the order of `columns`, of which the last is unique. A search has several parts where rows
 * that lack what they are sorted by come after all others and are found in another way.
 */
export type SearchPart = { columns: SortColumn[]; /** The rows for which `after` holds, as `rowsOf` gives them. */ rows(after: SQL, limit: number): SQL };

/** A statement that gives the first rows in order, as `id` and the columns. */
export function rowsOf(input: { id: SQL; from: SQL; where: readonly SQL[]; columns: readonly SortColumn[]; limit: number }): SQL {
  return sql`select ${input.id} as id, ${selectColumns(input.columns)} from ${input.from}
    where ${sql.join([...input.where], sql` and `)} order by ${orderOf(input.columns)} limit ${input.limit}`;
}

/**
 * A page of ids, and the token of the next page or null when there is none. Pages follow each other by the values that rows are
 * sorted by: none is skipped or repeated, whatever `count` is and whatever was added meanwhile.
 * @param input.search what makes this search another one than others: a token is refused where it differs
 */
export async function searchPage(
  ctx: CoreContext,
  input: { search: unknown; parts: readonly SearchPart[]; count: number; pageToken: string | null | undefined },
): Promise<{ ids: string[]; nextPageToken: string | null }> {
  const { parts, count } = input;
  const fingerprint = searchFingerprint(input.search);
  const token = readPageToken(input.pageToken, fingerprint, ([part]) => ["int8", ...(parts[Number(part)]?.columns ?? []).map(({ type }) => type)]);
  const [from = "0", ...keys] = token ?? [];
  const found: { id: string; keys: string[]; part: number }[] = [];
  for (const [number, { columns, rows }] of parts.entries()) {
    if (number < Number(from) || found.length > count) continue;
    const after = token && number === Number(from) ? afterKeys(columns, keys) : sql`true`;
    const result = await ctx.db.execute<{ id: string; keys: string[] }>(
      sql`select id, ${keysOfSelected(columns)} as keys from (${rows(after, count + 1 - found.length)}) x order by ${orderOfSelected(columns)}`,
    );
    found.push(...result.rows.map((row) => ({ ...row, part: number })));
  }
  const last = found.length > count ? found[count - 1] : undefined;
  return {
    ids: found.slice(0, count).map(({ id }) => id),
    nextPageToken: last ? writePageToken(fingerprint, [String(last.part), ...last.keys]) : null,
  };
}
