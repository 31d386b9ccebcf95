import { CoreError } from "../../kernel/errors.ts";
import { printSubject } from "../domain/search/print-filter.ts";
import { TARGETS } from "../domain/search/targets.ts";

const ENTITIES = { metrics: "metric", params: "param", tags: "tag" } as const;
type Group = keyof typeof ENTITIES;

/** A column of the table of runs that holds what was logged under a key, e.g. `metrics.val loss`. */
export type RunColumn = { group: Group; key: string };

/** Reads `metrics.<key>`, `params.<key>` or `tags.<key>`; the key is everything behind the first dot. */
export function readRunColumn(text: string): RunColumn {
  const [, group, key] = /^(metrics|params|tags)\.(.+)$/su.exec(text) ?? [];
  if (!group || !key) throw new CoreError("INVALID", `${text} is not a column. Columns are metrics.<key>, params.<key> and tags.<key>.`);
  return { group: group as Group, key };
}

/** The order of a table as the clients' language says it: by a column, or by an attribute of the run such as `start_time`. */
export function orderByOf(sort: string, descending: boolean): string {
  const direction = descending ? "DESC" : "ASC";
  if ((TARGETS.runs.orderAttributes as readonly string[]).includes(sort)) return `${sort} ${direction}`;
  const { group, key } = readRunColumn(sort);
  return `${printSubject({ entity: ENTITIES[group], key })} ${direction}`;
}
