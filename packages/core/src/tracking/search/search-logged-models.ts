import { type SQL, sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { hasUnstorableText } from "../../kernel/storable-text.ts";
import { type Filter, parseFilter } from "../domain/search/filter.ts";
import type { TrackingScope } from "../experiments/experiment.ts";
import { type LoggedModel, readLoggedModels } from "../logged-models/logged-model.ts";
import { compileModelCondition, compileModelOrders, type DatasetChoice, type ModelOrder, ofDatasets, parseModelOrders } from "./logged-model-fields.ts";
import { checkMaxResults, rowsOf, type SearchInput, searchPage } from "./search-page.ts";
import { visibleExperiments } from "./visible-experiments.ts";

const USUAL_RESULTS = 50;
const MOST_RESULTS = 50_000;

/**
 * Logged models of these experiments that satisfy the filter, newest first unless `orderBy` says otherwise, page by page. With
 * `datasets` only metrics that were measured on one of them count. INVALID for what cannot be understood.
 */
export async function searchLoggedModels(
  ctx: CoreContext,
  input: Omit<SearchInput, "orderBy"> & {
    scope: TrackingScope;
    experimentIds: readonly number[];
    datasets?: readonly DatasetChoice[] | null;
    orderBy?: readonly ModelOrder[] | null;
  },
): Promise<{ models: LoggedModel[]; nextPageToken: string | null }> {
  const count = checkMaxResults(input.maxResults, USUAL_RESULTS, MOST_RESULTS);
  const datasets = input.datasets ?? [];
  if (hasUnstorableText(datasets) || hasUnstorableText(input.orderBy)) throw new CoreError("INVALID", "A name holds a NUL or half of a surrogate pair.");
  const filter = parseFilter(input.filter, "loggedModels");
  const { joins, columns } = compileModelOrders(parseModelOrders(input.orderBy ?? []));
  const experiments = await visibleExperiments(ctx, input.scope, input.experimentIds);
  const from = sql.join([sql`logged_model l`, ...joins], sql` `);
  const where = [sql`l.experiment_id = any(${sql.param(experiments)}::int[])`, sql`l.deleted_at is null`, ...conditionsOf(filter, datasets)];
  const page = await searchPage(ctx, {
    search: ["models", input.experimentIds, input.filter ?? "", input.orderBy ?? [], datasets],
    parts: [{ columns, rows: (after, limit) => rowsOf({ id: sql`l.id`, from, where: [...where, after], columns, limit }) }],
    count,
    pageToken: input.pageToken,
  });
  return { models: await readLoggedModels(ctx.db, page.ids), nextPageToken: page.nextPageToken };
}

/** Datasets without a condition on a metric ask for models that were measured on one of them at all. */
function conditionsOf(filter: Filter<"loggedModels">, datasets: readonly DatasetChoice[]): SQL[] {
  const conditions = filter.map((condition) => compileModelCondition(condition, datasets));
  if (datasets.length === 0 || filter.some(({ subject }) => subject.entity === "metric")) return conditions;
  return [...conditions, sql`exists (select from logged_model_metric m where m.model_id = l.id and ${ofDatasets(datasets)})`];
}
