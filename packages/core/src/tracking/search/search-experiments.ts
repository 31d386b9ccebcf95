import { type SQL, sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { type Condition, parseFilter } from "../domain/search/filter.ts";
import { type Order, parseOrderBy } from "../domain/search/order-by.ts";
import type { FilterAttribute, OrderAttribute } from "../domain/search/targets.ts";
import { type Experiment, readExperiments, type TrackingScope } from "../experiments/experiment.ts";
import { compileTagTest, compileTest } from "./compile-test.ts";
import { checkMaxResults, inView, rowsOf, type SearchInput, searchPage, type SearchView } from "./search-page.ts";
import { bytewise, milliseconds, type SortColumn } from "./sort-columns.ts";
import { projectsInScope } from "./visible-experiments.ts";

const USUAL_RESULTS = 1_000;
const MOST_RESULTS = 50_000;

const ATTRIBUTES: Record<FilterAttribute<"experiments">, SQL> = {
  name: sql`e.name`,
  creation_time: milliseconds(sql`e.created_at`),
  last_update_time: milliseconds(sql`e.updated_at`),
};

/**
 * Experiments that the actor may see, newest first unless `orderBy` says otherwise, page by page. INVALID for a filter, an order or
 * a token that cannot be understood.
 */
export async function searchExperiments(
  ctx: CoreContext,
  input: SearchInput & { scope: TrackingScope; view?: SearchView | null },
): Promise<{ experiments: Experiment[]; nextPageToken: string | null }> {
  const count = checkMaxResults(input.maxResults, USUAL_RESULTS, MOST_RESULTS);
  const view = input.view ?? "active";
  const filter = parseFilter(input.filter, "experiments");
  const columns = columnsOf(parseOrderBy(input.orderBy, "experiments"));
  const from = sql`experiment e join project on project.id = e.project_id`;
  const where = [projectsInScope(ctx, input.scope), inView(view, sql`e`), ...filter.map(compileCondition)];
  const page = await searchPage(ctx, {
    search: ["experiments", input.scope.projectId, view, input.filter ?? "", input.orderBy ?? []],
    parts: [{ columns, rows: (after, limit) => rowsOf({ id: sql`e.id`, from, where: [...where, after], columns, limit }) }],
    count,
    pageToken: input.pageToken,
  });
  return { experiments: await readExperiments(ctx.db, page.ids.map(Number)), nextPageToken: page.nextPageToken };
}

function compileCondition({ subject, test }: Condition<FilterAttribute<"experiments">>): SQL {
  return subject.entity === "attribute" ? compileTest(ATTRIBUTES[subject.key], test) : compileTagTest(sql`e.tags`, subject.key, test);
}

/** Newest first and then by number ends every order. */
function columnsOf(orders: readonly Order<OrderAttribute<"experiments">>[]): SortColumn[] {
  const named = orders.map(({ subject, descending }) => columnOf(subject.key as OrderAttribute<"experiments">, descending));
  const has = (name: OrderAttribute<"experiments">) => orders.some(({ subject }) => subject.key === name);
  return [...named, ...(has("creation_time") ? [] : [columnOf("creation_time", true)]), ...(has("experiment_id") ? [] : [columnOf("experiment_id", false)])];
}

function columnOf(name: OrderAttribute<"experiments">, descending: boolean): SortColumn {
  if (name === "name") return { expression: bytewise(sql`e.name`), type: "text", descending };
  return { expression: name === "experiment_id" ? sql`e.id` : ATTRIBUTES[name], type: "int8", descending };
}
