import { type SQL, sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { type Condition, parseFilter } from "../../tracking/domain/search/filter.ts";
import { type Order, parseOrderBy } from "../../tracking/domain/search/order-by.ts";
import type { FilterAttribute, OrderAttribute } from "../../tracking/domain/search/targets.ts";
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
import { loadProtocolVersions, type ProtocolVersion } from "../protocol/records.ts";
import { compileRegistryTag, withoutPrompts } from "./prompts.ts";

const USUAL_RESULTS = 10_000;
const MOST_RESULTS = 200_000;

const ATTRIBUTES: Record<FilterAttribute<"modelVersions">, SQL> = {
  name: sql`m.name`,
  run_id: sql`v.run_ref`,
  source_path: sql`v.source`,
  version_number: sql`v.version`,
};

/**
 * Versions of registered models that the actor may see, last updated first unless `orderBy` says otherwise, page by page. Those of
 * prompts are left out unless the filter asks for them. INVALID for a filter, an order or a token that cannot be understood.
 */
export async function searchModelVersions(
  ctx: CoreContext,
  input: SearchInput & { scope: TrackingScope },
): Promise<{ versions: ProtocolVersion[]; nextPageToken: string | null }> {
  const count = checkMaxResults(input.maxResults, USUAL_RESULTS, MOST_RESULTS);
  const filter = parseFilter(input.filter, "modelVersions");
  const columns = columnsOf(parseOrderBy(input.orderBy, "modelVersions"));
  const from = sql`model_version v join registered_model m on m.id = v.model_id join project on project.id = m.project_id`;
  const where = [
    projectsInScope(ctx, input.scope),
    sql`v.deleted_at is null and m.deleted_at is null`,
    withoutPrompts(sql`v.tags`, filter),
    ...filter.map(compileCondition),
  ];
  const page = await searchPage(ctx, {
    search: ["model versions", input.scope.projectId, input.filter ?? "", input.orderBy ?? []],
    parts: [{ columns, rows: (after, limit) => rowsOf({ id: sql`v.id`, from, where: [...where, after], columns, limit }) }],
    count,
    pageToken: input.pageToken,
  });
  return { versions: await loadProtocolVersions(ctx, page.ids), nextPageToken: page.nextPageToken };
}

function compileCondition({ subject, test }: Condition<FilterAttribute<"modelVersions">>): SQL {
  return subject.entity === "attribute" ? compileTest(ATTRIBUTES[subject.key], test) : compileRegistryTag(sql`v.tags`, subject.key, test);
}

/** Last updated first, then by name, then the newest number ends every order. */
function columnsOf(orders: readonly Order<OrderAttribute<"modelVersions">>[]): SortColumn[] {
  const usual: [OrderAttribute<"modelVersions">, boolean][] = [
    ["last_updated_timestamp", true],
    ["name", false],
    ["version_number", true],
  ];
  const named = orders.map(({ subject, descending }): [string, boolean] => [subject.key, descending]);
  return [...named, ...usual.filter(([name]) => !named.some(([other]) => other === name))].map(([name, descending]) => columnOf(name, descending));
}

function columnOf(name: string, descending: boolean): SortColumn {
  switch (name) {
    case "name":
      return { expression: bytewise(sql`m.name`), type: "text", descending };
    case "version_number":
      return { expression: sql`v.version`, type: "int8", descending };
    case "creation_timestamp":
      return { expression: sql`v.created_at`, type: "moment", descending };
    default:
      return { expression: sql`v.updated_at`, type: "moment", descending };
  }
}
