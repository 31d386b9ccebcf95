import { type SQL, sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { type Condition, parseFilter } from "../../tracking/domain/search/filter.ts";
import { parseOrderBy } from "../../tracking/domain/search/order-by.ts";
import type { FilterAttribute } from "../../tracking/domain/search/targets.ts";
import {
  bytewise,
  checkMaxResults,
  compileTest,
  projectsInScope,
  rowsOf,
  type SearchInput,
  searchPage,
  type SortColumn,
  type TrackingScope,
} from "../../tracking/index.ts";
import { loadProtocolModels, type ProtocolModel } from "../protocol/records.ts";
import { compileRegistryTag, withoutPrompts } from "./prompts.ts";

const USUAL_RESULTS = 100;
const MOST_RESULTS = 1_000;

/**
 * Registered models that the actor may see, by name unless `orderBy` says otherwise, page by page. Prompts are left out unless the
 * filter asks for them. INVALID for a filter, an order or a token that cannot be understood.
 */
export async function searchRegisteredModels(
  ctx: CoreContext,
  input: SearchInput & { scope: TrackingScope },
): Promise<{ models: ProtocolModel[]; nextPageToken: string | null }> {
  const count = checkMaxResults(input.maxResults, USUAL_RESULTS, MOST_RESULTS);
  const filter = parseFilter(input.filter, "registeredModels");
  const orders = parseOrderBy(input.orderBy, "registeredModels");
  const columns = orders.map(({ subject, descending }) => columnOf(subject.key, descending));
  if (!orders.some(({ subject }) => subject.key === "name")) columns.push(columnOf("name", false));
  const from = sql`registered_model m join project on project.id = m.project_id`;
  const where = [projectsInScope(ctx, input.scope), sql`m.deleted_at is null`, withoutPrompts(sql`m.tags`, filter), ...filter.map(compileCondition)];
  const page = await searchPage(ctx, {
    search: ["registered models", input.scope.projectId, input.filter ?? "", input.orderBy ?? []],
    parts: [{ columns, rows: (after, limit) => rowsOf({ id: sql`m.id`, from, where: [...where, after], columns, limit }) }],
    count,
    pageToken: input.pageToken,
  });
  return { models: await loadProtocolModels(ctx, page.ids), nextPageToken: page.nextPageToken };
}

function compileCondition({ subject, test }: Condition<FilterAttribute<"registeredModels">>): SQL {
  return subject.entity === "attribute" ? compileTest(sql`m.name`, test) : compileRegistryTag(sql`m.tags`, subject.key, test);
}

/** Names are unique, so they end every order. */
function columnOf(name: string, descending: boolean): SortColumn {
  return name === "name" ? { expression: bytewise(sql`m.name`), type: "text", descending } : { expression: sql`m.updated_at`, type: "moment", descending };
}
