import { type SQL, sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { type Filter, parseFilter } from "../domain/search/filter.ts";
import { type OrderBy, parseOrderBy } from "../domain/search/order-by.ts";
import type { TrackingScope } from "../experiments/experiment.ts";
import { readTrackedRuns, type TrackedRun } from "../runs/tracked-run.ts";
import { compileRunCondition, compileRunOrder } from "./run-fields.ts";
import { checkMaxResults, inView, rowsOf, type SearchInput, type SearchPart, searchPage, type SearchView } from "./search-page.ts";
import { orderOfSelected } from "./sort-columns.ts";
import { visibleExperiments } from "./visible-experiments.ts";

const USUAL_RESULTS = 1_000;
const MOST_RESULTS = 50_000;

/**
 * Runs of these experiments that satisfy the filter, in order, page by page: newest first unless `orderBy` says otherwise.
 * Experiments that are not there or hidden have no runs. INVALID for a filter, an order or a token that cannot be understood.
 */
export async function searchRuns(
  ctx: CoreContext,
  input: SearchInput & { scope: TrackingScope; experimentIds: readonly number[]; view?: SearchView | null },
): Promise<{ runs: TrackedRun[]; nextPageToken: string | null }> {
  const count = checkMaxResults(input.maxResults, USUAL_RESULTS, MOST_RESULTS);
  const view = input.view ?? "active";
  const filter = parseFilter(input.filter, "runs");
  const orders = parseOrderBy(input.orderBy, "runs");
  const experiments = await visibleExperiments(ctx, input.scope, input.experimentIds);
  const page = await searchPage(ctx, {
    search: ["runs", input.experimentIds, view, input.filter ?? "", input.orderBy ?? []],
    parts: experiments.length === 0 ? [] : partsOf({ experiments, view, filter, orders }),
    count,
    pageToken: input.pageToken,
  });
  return { runs: await readTrackedRuns(ctx.db, page.ids), nextPageToken: page.nextPageToken };
}

type Query = { experiments: number[]; view: SearchView; filter: Filter<"runs">; orders: OrderBy<"runs"> };

/**
 * An order by a metric is read from the index on its values: first the runs that have a number, then those at NaN, then those
 * without the metric. Every other order is one part.
 */
function partsOf(query: Query): SearchPart[] {
  const [first, ...rest] = query.orders;
  if (first?.subject.entity !== "metric") return [partOf(query, { orders: query.orders, driving: null, where: [] })];
  const { key } = first.subject;
  const parts = [
    partOf(query, { orders: query.orders, driving: key, where: [sql`o.value < 'NaN'::float8`] }),
    partOf(query, { orders: rest, driving: key, where: [sql`o.value = 'NaN'::float8`] }),
  ];
  const needsMetric = query.filter.some(({ subject }) => subject.entity === "metric" && subject.key === key);
  if (needsMetric) return parts;
  const lacking = (experimentId: SQL) =>
    sql`not exists (select from metric_latest l where l.run_id = r.id and l.experiment_id = ${experimentId} and l.key = ${key})`;
  return [...parts, partOf(query, { orders: rest, driving: null, where: [], lacking })];
}

function partOf(query: Query, part: { orders: OrderBy<"runs">; driving: string | null; where: SQL[]; lacking?: (experimentId: SQL) => SQL }): SearchPart {
  const { driving } = part;
  const { joins, columns } = compileRunOrder(part.orders, driving);
  const table = driving === null ? sql`tracked_run r` : sql`metric_latest o join tracked_run r on r.id = o.run_id`;
  const from = sql.join([table, ...joins], sql` `);
  const of = (experimentId: SQL, after: SQL, limit: number): SQL => {
    const where = [
      sql`r.experiment_id = ${experimentId}`,
      inView(query.view, sql`r`),
      ...(driving === null ? [] : [sql`o.experiment_id = ${experimentId}`, sql`o.key = ${driving}`]),
      ...part.where,
      ...(part.lacking ? [part.lacking(experimentId)] : []),
      ...query.filter.map((condition) => compileRunCondition(condition, experimentId, driving)),
      after,
    ];
    return rowsOf({ id: sql`r.id`, from, where, columns, limit });
  };
  return {
    columns,
    rows(after, limit) {
      const [only, ...others] = query.experiments;
      // The indexes begin with the experiment: each gives its own first rows in order.
      if (only !== undefined && others.length === 0) return of(sql`${only}::int`, after, limit);
      return sql`select y.* from unnest(${sql.param(query.experiments)}::int[]) as e(id) cross join lateral (${of(sql`e.id`, after, limit)}) y
        order by ${orderOfSelected(columns)} limit ${limit}`;
    },
  };
}
