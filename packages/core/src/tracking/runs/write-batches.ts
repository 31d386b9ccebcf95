import { CHANGES_CHANNEL } from "../../kernel/changes.ts";
import type { Database } from "../../kernel/context.ts";
import { RUN_NAME_TAG } from "../domain/run-name-tag.ts";
import type { Batch, LoggedMetric } from "./batch.ts";
import { ADD_POINTS } from "./points-sql.ts";
import { executePrepared } from "./prepared.ts";

/** How one batch came out: written, or why nothing of it was. */
export type BatchVerdict =
  | { outcome: "written" }
  | { outcome: "missing" }
  | { outcome: "deleted" }
  | { outcome: "param-changed"; key: string; before: string; value: string };

type VerdictRow = { w: number; deleted: boolean; clash_key: string | null; clash_before: string | null; clash_value: string | null };

type Parts = { metrics: boolean; models: boolean; params: boolean; tags: boolean };

/**
 * Writes batches of one or several writers in one statement, and so in one transaction. Each batch is judged by itself and
 * written whole or not at all: its run must be there and not deleted, and no parameter may get another value. Two batches of
 * one call may not give a parameter of one run different values. `announced` are the runs of which pages are told.
 */
export async function writeBatches(db: Database, batches: readonly Batch[], announced: ReadonlySet<string>): Promise<BatchVerdict[]> {
  const parts: Parts = {
    metrics: batches.some((batch) => batch.metrics.length > 0),
    models: batches.some((batch) => batch.metrics.some((metric) => metric.modelId)),
    params: batches.some((batch) => batch.params.length > 0),
    tags: batches.some((batch) => batch.tags.length > 0),
  };
  const told = new Set<string>();
  const tells = batches.map(({ runId }) => {
    const tell = announced.has(runId) && !told.has(runId);
    told.add(runId);
    return tell;
  });
  const params: unknown[] = [batches.map((_batch, w) => w), batches.map((batch) => batch.runId), tells];
  if (parts.metrics) params.push(...metricColumns(batches));
  if (parts.models) params.push(...modelColumns(batches));
  if (parts.params) params.push(...keyValueColumns(batches, "params"));
  if (parts.tags) params.push(...keyValueColumns(batches, "tags"));
  const { name, text } = statementOf(parts);
  const rows = await executePrepared<VerdictRow>(db, name, text, params);
  const verdicts = batches.map((): BatchVerdict => ({ outcome: "missing" }));
  for (const row of rows) verdicts[row.w] = verdictOf(row);
  return verdicts;
}

function verdictOf(row: VerdictRow): BatchVerdict {
  if (row.deleted) return { outcome: "deleted" };
  if (row.clash_key === null) return { outcome: "written" };
  return { outcome: "param-changed", key: row.clash_key, before: row.clash_before ?? "", value: row.clash_value ?? "" };
}

/** The columns of all entries, each with the number of its batch first. */
function columnsOf<Entry>(batches: readonly Batch[], entries: (batch: Batch) => readonly Entry[], ...fields: ((entry: Entry) => unknown)[]): unknown[][] {
  const columns: unknown[][] = [[], ...fields.map(() => [])];
  const [writers = []] = columns;
  batches.forEach((batch, w) => {
    for (const entry of entries(batch)) {
      writers.push(w);
      fields.forEach((field, index) => columns[index + 1]?.push(field(entry)));
    }
  });
  return columns;
}

const metricFields: ((metric: LoggedMetric) => unknown)[] = [({ key }) => key, ({ timestamp }) => timestamp, ({ step }) => step, ({ value }) => value];

function metricColumns(batches: readonly Batch[]): unknown[][] {
  return columnsOf(batches, (batch) => batch.metrics, ...metricFields);
}

function modelColumns(batches: readonly Batch[]): unknown[][] {
  return columnsOf(
    batches,
    (batch) => batch.metrics.filter((metric) => metric.modelId),
    ...metricFields,
    ({ modelId }) => modelId,
    ({ datasetName }) => datasetName ?? "",
    ({ datasetDigest }) => datasetDigest ?? "",
  );
}

function keyValueColumns(batches: readonly Batch[], part: "params" | "tags"): unknown[][] {
  return columnsOf(
    batches,
    (batch) => batch[part],
    ({ key }) => key,
    ({ value }) => value,
  );
}

const statements = new Map<string, { name: string; text: string }>();

/** One statement for each combination of parts: what nobody logs is not planned, and each is prepared once. */
function statementOf(parts: Parts): { name: string; text: string } {
  const name = ["write_batches", ...(["metrics", "models", "params", "tags"] as const).filter((part) => parts[part])].join("_");
  const statement = statements.get(name) ?? { name, text: statementText(parts) };
  statements.set(name, statement);
  return statement;
}

function statementText(parts: Parts): string {
  let used = 3;
  const given = (...types: string[]): string => `unnest(${types.map((type) => `$${(used += 1)}::${type}[]`).join(", ")})`;
  const clauses = [
    `writer as (
      select t.w, t.tell, r.id as run_id, r.source, r.deleted_at is not null as deleted
      from unnest($1::int[], $2::uuid[], $3::bool[]) as t(w, run_id, tell) join tracked_run r on r.id = t.run_id
    )`,
  ];
  // In the order of the values.
  const metrics = parts.metrics ? given("int", "text", "bigint", "bigint", "float8") : "";
  const models = parts.models ? given("int", "text", "bigint", "bigint", "float8", "uuid", "text", "text") : "";
  const params = parts.params ? given("int", "text", "text") : "";
  const tags = parts.tags ? given("int", "text", "text") : "";
  const written: string[] = [];
  if (parts.params)
    clauses.push(
      `param as (select p.w, writer.run_id, p.key, p.value from ${params} as p(w, key, value) join writer on writer.w = p.w)`,
      `clash as (
        select distinct on (param.w) param.w, param.key, before.value as before, param.value
        from param join run_param before on before.run_id = param.run_id and before.key = param.key
        where before.value <> param.value order by param.w, param.key
      )`,
    );
  clauses.push(`good as (select * from writer where not deleted ${parts.params ? "and not exists (select from clash where clash.w = writer.w)" : ""})`);
  if (parts.metrics) {
    clauses.push(
      `given as (
        select good.run_id, m.key, m.timestamp, m.step, m.value, '' as step_key
        from ${metrics} as m(w, key, timestamp, step, value) join good on good.w = m.w
      )`,
      ADD_POINTS,
    );
    written.push("latest");
  }
  if (parts.models) {
    clauses.push(`model_point as (
      insert into logged_model_metric (model_id, key, timestamp, step, value, run_id, dataset_name, dataset_digest)
      select l.id, m.key, m.timestamp, m.step, m.value, good.run_id, m.dataset_name, m.dataset_digest
      from ${models} as m(w, key, timestamp, step, value, model_id, dataset_name, dataset_digest) join good on good.w = m.w join logged_model l on l.id = m.model_id
      order by l.id, m.key, m.timestamp, m.step, m.value
      on conflict do nothing returning 1
    )`);
    written.push("model_point");
  }
  if (parts.params) {
    // Another process may have given the parameter a value since this statement began to look: then all fails, and is tried again.
    clauses.push(`new_param as (
      insert into run_param (run_id, key, value)
      select distinct on (param.run_id, param.key) param.run_id, param.key, param.value from param join good on good.w = param.w order by param.run_id, param.key
      on conflict (run_id, key) do update set value = ('changed meanwhile: ' || excluded.key)::int::text where run_param.value <> excluded.value
      returning 1
    )`);
    written.push("new_param");
  }
  if (parts.tags) {
    clauses.push(
      `new_tag as (
        insert into run_tag (run_id, key, value)
        select distinct on (good.run_id, t.key) good.run_id, t.key, t.value
        from ${tags} with ordinality as t(w, key, value, place) join good on good.w = t.w
        where not (good.source = 'pipeline' and t.key = '${RUN_NAME_TAG}')
        order by good.run_id, t.key, t.place desc
        on conflict (run_id, key) do update set value = excluded.value where run_tag.value <> excluded.value
        returning run_id, key, value
      )`,
      `renamed as (
        update tracked_run set name = new_tag.value from new_tag where tracked_run.id = new_tag.run_id and new_tag.key = '${RUN_NAME_TAG}' returning 1
      )`,
    );
    written.push("new_tag", "renamed");
  }
  const clash = parts.params ? "clash.key, clash.before, clash.value" : "null, null, null";
  // Counting what was written makes the parts run in one order.
  return `with ${clauses.join(", ")}
    select writer.w, writer.deleted, v.clash_key, v.clash_before, v.clash_value,
      ${written.map((part) => `(select count(*) from ${part})`).join(" + ") || "0"} as written,
      case when writer.tell then pg_notify('${CHANGES_CHANNEL}', 'run:' || writer.run_id) end as told
    from writer ${parts.params ? "left join clash on clash.w = writer.w" : ""} cross join lateral (select ${clash}) as v(clash_key, clash_before, clash_value)`;
}
