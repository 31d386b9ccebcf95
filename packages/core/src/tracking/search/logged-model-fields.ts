import { type SQL, sql } from "drizzle-orm";
import type { Condition, Test } from "../domain/search/filter.ts";
import { parseOrderField, refuseRepetition } from "../domain/search/order-by.ts";
import { printSubject } from "../domain/search/print-filter.ts";
import type { Subject } from "../domain/search/resolve-field.ts";
import type { FilterAttribute, OrderAttribute } from "../domain/search/targets.ts";
import { compileMetricTest, compileTagTest, compileTest } from "./compile-test.ts";
import { bytewise, milliseconds, missingLast, type SortColumn } from "./sort-columns.ts";

/** A dataset that metrics were measured on; without a digest, every version of it. */
export type DatasetChoice = { name: string; digest?: string | null };

/** One entry of `order_by` as the protocol sends it. The dataset is of a metric's values. */
export type ModelOrder = { fieldName: string; ascending?: boolean | null; datasetName?: string | null; datasetDigest?: string | null };

type ParsedOrder = { subject: Subject<OrderAttribute<"loggedModels">>; descending: boolean; dataset: DatasetChoice | null };

const STATUS_PREFIX = "LOGGED_MODEL_";

const TEXT_ATTRIBUTES = {
  name: sql`l.name`,
  model_id: sql`('m-' || replace(l.id::text, '-', ''))`,
  model_type: sql`l.model_type`,
  status: sql`replace(l.status, ${STATUS_PREFIX}::text, '')`,
  source_run_id: sql`l.source_run_id`,
};
const MOMENTS = { creation_timestamp: sql`l.created_at`, last_updated_timestamp: sql`l.updated_at` };

/** A condition on the logged model `l`. A metric counts with any of its values that were measured on one of the datasets. */
export function compileModelCondition({ subject, test }: Condition<FilterAttribute<"loggedModels">>, datasets: readonly DatasetChoice[]): SQL {
  switch (subject.entity) {
    case "attribute":
      return compileAttribute(subject.key, test);
    case "metric":
      return sql`exists (select from logged_model_metric m where m.model_id = l.id and m.key = ${subject.key} and ${compileMetricTest(sql`m.value`, test)}
        and ${datasets.length === 0 ? sql`true` : ofDatasets(datasets)})`;
    default:
      return compileTagTest(subject.entity === "param" ? sql`l.params` : sql`l.tags`, subject.key, test);
  }
}

/** Holds for a metric's row `m` that was measured on one of these. */
export function ofDatasets(datasets: readonly DatasetChoice[]): SQL {
  const each = datasets.map(({ name, digest }) => (digest ? sql`(m.dataset_name = ${name} and m.dataset_digest = ${digest})` : sql`m.dataset_name = ${name}`));
  return sql`(${sql.join(each, sql` or `)})`;
}

function compileAttribute(name: FilterAttribute<"loggedModels">, test: Test): SQL {
  if (name === "creation_timestamp" || name === "last_updated_timestamp") return compileTest(milliseconds(MOMENTS[name]), test);
  return compileTest(TEXT_ATTRIBUTES[name], name === "status" ? withoutPrefix(test) : test);
}

/** People write READY, programs LOGGED_MODEL_READY. */
function withoutPrefix(test: Test): Test {
  const cut = (text: string) => (text.startsWith(STATUS_PREFIX) ? text.slice(STATUS_PREFIX.length) : text);
  if (test.kind === "text") return { ...test, text: cut(test.text) };
  return test.kind === "list" ? { ...test, texts: test.texts.map(cut) } : test;
}

/** Understands `order_by`. INVALID for a field that is not there, is named twice, or has a dataset without being a metric. */
export function parseModelOrders(orders: readonly ModelOrder[]): ParsedOrder[] {
  const parsed = orders.map(({ fieldName, ascending, datasetName, datasetDigest }): ParsedOrder => ({
    subject: parseOrderField(fieldName, "loggedModels"),
    descending: ascending === false,
    dataset: datasetName ? { name: datasetName, digest: datasetDigest ?? null } : null,
  }));
  return refuseRepetition(parsed, ({ subject, dataset }) => (dataset ? `${printSubject(subject)} of ${JSON.stringify(dataset)}` : printSubject(subject)));
}

/** Columns that sort logged models `l`, and the joins that they need. Newest first and then by id ends every order. */
export function compileModelOrders(orders: readonly ParsedOrder[]): { joins: SQL[]; columns: SortColumn[] } {
  const joins: SQL[] = [];
  const columns = orders.flatMap(({ subject, descending, dataset }, index): SortColumn[] => {
    if (subject.entity === "attribute") return attributeColumns(subject.key, descending);
    const alias = sql.raw(`s${index}`);
    joins.push(sql`left join lateral (select m.value from logged_model_metric m where m.model_id = l.id and m.key = ${subject.key}
      and ${dataset ? ofDatasets([dataset]) : sql`true`} order by m.timestamp desc, m.step desc, m.value desc limit 1) ${alias} on true`);
    return missingLast(sql`${alias}.value`, "float8", descending);
  });
  const has = (name: OrderAttribute<"loggedModels">) => orders.some(({ subject }) => subject.entity === "attribute" && subject.key === name);
  if (!has("creation_timestamp")) columns.push(...attributeColumns("creation_timestamp", true));
  columns.push({ expression: sql`l.id`, type: "uuid", descending: false });
  return { joins, columns };
}

function attributeColumns(name: OrderAttribute<"loggedModels">, descending: boolean): SortColumn[] {
  switch (name) {
    case "creation_timestamp":
    case "last_updated_timestamp":
      return [{ expression: MOMENTS[name], type: "moment", descending }];
    case "model_type":
    case "source_run_id":
      return missingLast(TEXT_ATTRIBUTES[name], "text", descending);
    default:
      return [{ expression: bytewise(TEXT_ATTRIBUTES[name]), type: "text", descending }];
  }
}
