import { type SQL, sql } from "drizzle-orm";
import { RUN_NAME_TAG } from "../domain/run-name-tag.ts";
import type { Condition, Test } from "../domain/search/filter.ts";
import type { Order } from "../domain/search/order-by.ts";
import type { FilterAttribute, OrderAttribute } from "../domain/search/targets.ts";
import { compileMetricTest, compileTest } from "./compile-test.ts";
import { bytewise, missingLast, type SortColumn } from "./sort-columns.ts";

/** The tag of a dataset's use that says what for, such as `training`. */
const CONTEXT_TAG = "mlflow.data.context";
/** How much of a value the indexes of params and tags hold. */
const INDEXED_CHARACTERS = 200;

/** As the protocol writes ids: 32 hexadecimal digits. */
const RUN_ID = sql`replace(r.id::text, '-', '')`;

const TEXT_ATTRIBUTES = {
  run_name: sql`r.name`,
  user_id: sql`r.user_name`,
  status: sql`r.status`,
  artifact_uri: sql`((select rtrim(coalesce(e.artifact_location, 'mlflow-artifacts:/experiments/' || e.id), '/') from experiment e where e.id = r.experiment_id) || '/' || ${RUN_ID} || '/artifacts')`,
};

/**
 * A condition on the run `r`. `driving` is a metric whose row `o` of `metric_latest` is there already, so that a condition on it
 * needs no look-up; `experimentId` keeps other metrics within the index of theirs.
 */
export function compileRunCondition({ subject, test }: Condition<FilterAttribute<"runs">>, experimentId: SQL, driving: string | null): SQL {
  const { key } = subject;
  switch (subject.entity) {
    case "attribute":
      return compileAttribute(subject.key, test);
    case "metric":
      if (key === driving) return compileMetricTest(sql`o.value`, test);
      return sql`exists (select from metric_latest m where m.run_id = r.id and m.experiment_id = ${experimentId} and m.key = ${key} and ${compileMetricTest(sql`m.value`, test)})`;
    case "param":
      return compileKeyed(sql`run_param`, key, test);
    case "tag":
      // The name is a tag to clients, whether there is a row of it or not.
      return key === RUN_NAME_TAG ? compileTest(TEXT_ATTRIBUTES.run_name, test) : compileKeyed(sql`run_tag`, key, test);
    case "dataset":
      return sql`exists (select from run_dataset u join dataset_version v on v.id = u.dataset_version_id join dataset d on d.id = v.dataset_id
        where u.run_id = r.id and ${compileTest(datasetField(key), test)})`;
  }
}

function compileAttribute(name: FilterAttribute<"runs">, test: Test): SQL {
  switch (name) {
    case "run_id":
      return compileRunId(test);
    case "start_time":
      return compileTest(sql`r.start_time`, test);
    case "end_time":
      return compileTest(sql`r.end_time`, test);
    default:
      return compileTest(TEXT_ATTRIBUTES[name], test);
  }
}

/** Whole ids go through the primary key; what is not an id is no run's. */
function compileRunId(test: Test): SQL {
  if (test.kind === "list" || (test.kind === "text" && test.operator === "=")) {
    const ids = (test.kind === "list" ? test.texts : [test.text]).filter((text) => /^[0-9a-f]{32}$/.test(text));
    const within = sql`r.id = any(${sql.param(ids)}::uuid[])`;
    return test.operator === "NOT IN" ? sql`not (${within})` : within;
  }
  return compileTest(RUN_ID, test);
}

function compileKeyed(table: SQL, key: string, test: Test): SQL {
  const of = sql`select from ${table} k where k.run_id = r.id and k.key = ${key}`;
  if (test.kind === "null") return test.operator === "IS NULL" ? sql`not exists (${of})` : sql`exists (${of})`;
  if (test.kind !== "text" || test.operator !== "=") return sql`exists (${of} and ${compileTest(sql`k.value`, test)})`;
  const start = [...test.text].slice(0, INDEXED_CHARACTERS).join("");
  const indexed = sql`left(k.value, ${sql.raw(String(INDEXED_CHARACTERS))}) = ${start}::text`;
  // A value shorter than what is indexed is told by that alone; said twice, the planner would expect far too few rows.
  return [...start].length < INDEXED_CHARACTERS
    ? sql`exists (${of} and ${indexed})`
    : sql`exists (${of} and ${indexed} and ${compileTest(sql`k.value`, test)})`;
}

function datasetField(key: string): SQL {
  if (key === "name") return sql`d.name`;
  return key === "digest" ? sql`v.digest` : sql`(u.tags ->> ${CONTEXT_TAG})`;
}

/** What orders need beyond the run itself: a join of each, and the columns to sort by. */
export type RunOrder = { joins: SQL[]; columns: SortColumn[] };

/** Orders of the run `r`. `driving` as above: its values, none of them NaN, are in `o`. Newest first and then by id ends every order. */
export function compileRunOrder(orders: readonly Order<OrderAttribute<"runs">>[], driving: string | null): RunOrder {
  const joins: SQL[] = [];
  const columns = orders.flatMap(({ subject, descending }, index): SortColumn[] => {
    if (subject.entity === "attribute") return attributeColumns(subject.key, descending);
    if (subject.entity === "tag" && subject.key === RUN_NAME_TAG) return attributeColumns("run_name", descending);
    if (subject.entity === "metric" && subject.key === driving) return [{ expression: sql`o.value`, type: "float8", descending }];
    const alias = sql.raw(`s${index}`);
    const table = subject.entity === "metric" ? sql`metric_latest` : subject.entity === "param" ? sql`run_param` : sql`run_tag`;
    joins.push(sql`left join ${table} ${alias} on ${alias}.run_id = r.id and ${alias}.key = ${subject.key}`);
    return missingLast(sql`${alias}.value`, subject.entity === "metric" ? "float8" : "text", descending);
  });
  const has = (name: OrderAttribute<"runs">) => orders.some(({ subject }) => subject.entity === "attribute" && subject.key === name);
  if (!has("start_time")) columns.push(...attributeColumns("start_time", true));
  if (!has("run_id")) columns.push(...attributeColumns("run_id", false));
  return { joins, columns };
}

function attributeColumns(name: OrderAttribute<"runs">, descending: boolean): SortColumn[] {
  switch (name) {
    case "run_id":
      return [{ expression: sql`r.id`, type: "uuid", descending }];
    case "start_time":
      return [{ expression: sql`r.start_time`, type: "int8", descending }];
    case "end_time":
      return missingLast(sql`r.end_time`, "int8", descending);
    default:
      return [{ expression: bytewise(TEXT_ATTRIBUTES[name]), type: "text", descending }];
  }
}
