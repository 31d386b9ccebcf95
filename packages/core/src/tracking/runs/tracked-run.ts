import { sql } from "drizzle-orm";
import type { TRACKED_RUN_STATUSES } from "@trellis/db/schema";
import type { Database, Transaction } from "../../kernel/context.ts";
import type { KeyValue } from "../domain/limits.ts";
import { runArtifactUri } from "../domain/protocol-ids.ts";
import { RUN_NAME_TAG } from "../domain/run-name-tag.ts";
import { keyValues, type LifecycleStage } from "../experiments/experiment.ts";

export type TrackedRunStatus = (typeof TRACKED_RUN_STATUSES)[number];

/** A run as clients see it, without what was logged. Times in milliseconds since 1970. */
export type TrackedRunInfo = {
  runId: string;
  experimentId: number;
  projectId: string;
  /** `pipeline` = a run of a pipeline, which owns its name, status and times. */
  source: "client" | "pipeline";
  name: string;
  userName: string;
  status: TrackedRunStatus;
  startTime: bigint;
  endTime: bigint | null;
  artifactUri: string;
  lifecycleStage: LifecycleStage;
};

/** A point of a metric; the value may be NaN and is never infinite. */
export type MetricValue = { key: string; value: number; timestamp: bigint; step: bigint };

/** A dataset that a run used; null = the client did not say. */
export type DatasetInput = {
  name: string;
  digest: string;
  sourceType: string | null;
  source: string | null;
  schema: string | null;
  profile: string | null;
  /** By key. */
  tags: KeyValue[];
};

/** A run with what was logged: of each metric the latest point, all by key. */
export type TrackedRun = TrackedRunInfo & {
  metrics: MetricValue[];
  params: KeyValue[];
  tags: KeyValue[];
  datasetInputs: DatasetInput[];
  modelInputs: { modelId: string }[];
  modelOutputs: { modelId: string; step: bigint }[];
};

type InfoRow = {
  id: string;
  experiment_id: number;
  project_id: string;
  artifact_location: string | null;
  source: "client" | "pipeline";
  name: string;
  user_name: string;
  status: TrackedRunStatus;
  start_time: string;
  end_time: string | null;
  deleted: boolean;
};

type FullRow = InfoRow & {
  /** Keys, values (text when one is NaN), timestamps and steps, the last two as texts with a space between. */
  metrics: [string[], (number | string)[], string, string] | [null, null, null, null];
  params: Record<string, string> | null;
  tags: Record<string, string> | null;
  datasets: (Omit<DatasetInput, "tags"> & { tags: Record<string, string> })[] | null;
  models: ["input" | "output", string, string][] | null;
};

const INFO = sql.raw(
  `r.id, r.experiment_id, e.project_id, e.artifact_location, r.source, r.name, r.user_name, r.status, r.start_time::text as start_time, r.end_time::text as end_time, r.deleted_at is not null as deleted`,
);

/** A run without what was logged, or null. The caller checks the rights. */
export async function readTrackedRunInfo(db: Database | Transaction, runId: string): Promise<TrackedRunInfo | null> {
  const { rows } = await db.execute<InfoRow>(sql`select ${INFO} from tracked_run r join experiment e on e.id = r.experiment_id where r.id = ${runId}::uuid`);
  return rows[0] ? toInfo(rows[0]) : null;
}

/** These runs with what was logged, in this order, in one statement; those that are not there are left out. The caller checks the rights. */
export async function readTrackedRuns(db: Database | Transaction, runIds: readonly string[]): Promise<TrackedRun[]> {
  if (runIds.length === 0) return [];
  const { rows } = await db.execute<FullRow>(sql`
    select ${INFO},
      (select json_build_array(json_agg(m.key), json_agg(m.value), string_agg(m.timestamp::text, ' '), string_agg(m.step::text, ' '))
        from metric_latest m where m.run_id = r.id) as metrics,
      (select json_object_agg(p.key, p.value) from run_param p where p.run_id = r.id) as params,
      (select json_object_agg(t.key, t.value) from run_tag t where t.run_id = r.id) as tags,
      (select json_agg(json_build_object('name', d.name, 'digest', v.digest, 'sourceType', v.source_type, 'source', v.source, 'schema', v.schema, 'profile', v.profile, 'tags', u.tags)
        order by d.name collate "C", v.digest collate "C")
        from run_dataset u join dataset_version v on v.id = u.dataset_version_id join dataset d on d.id = v.dataset_id where u.run_id = r.id) as datasets,
      (select json_agg(json_build_array(l.direction, l.model_id, l.step::text) order by l.step, l.model_id) from run_logged_model l where l.run_id = r.id) as models
    from unnest(${sql.param([...runIds])}::uuid[]) with ordinality as wanted(id, place)
    join tracked_run r on r.id = wanted.id join experiment e on e.id = r.experiment_id order by wanted.place`);
  return rows.map(toRun);
}

function toInfo(row: InfoRow): TrackedRunInfo {
  return {
    runId: row.id,
    experimentId: row.experiment_id,
    projectId: row.project_id,
    source: row.source,
    name: row.name,
    userName: row.user_name,
    status: row.status,
    startTime: BigInt(row.start_time),
    endTime: row.end_time === null ? null : BigInt(row.end_time),
    artifactUri: runArtifactUri({ id: row.experiment_id, artifactLocation: row.artifact_location }, row.id),
    lifecycleStage: row.deleted ? "deleted" : "active",
  };
}

function toRun(row: FullRow): TrackedRun {
  const models = row.models ?? [];
  return {
    ...toInfo(row),
    metrics: metricValues(row.metrics),
    params: keyValues(row.params ?? {}),
    tags: tagsWithName(row),
    datasetInputs: (row.datasets ?? []).map(({ tags, ...dataset }) => ({ ...dataset, tags: keyValues(tags) })),
    modelInputs: models.filter(([direction]) => direction === "input").map(([, modelId]) => ({ modelId })),
    modelOutputs: models.filter(([direction]) => direction === "output").map(([, modelId, step]) => ({ modelId, step: BigInt(step) })),
  };
}

/** Metrics come by columns, which both sides read twice as fast as row by row: a page of runs holds tens of thousands. */
function metricValues([keys, values, timestamps, steps]: FullRow["metrics"]): MetricValue[] {
  if (keys === null) return [];
  const at = timestamps.split(" ");
  const stepOf = steps.split(" ");
  return keys
    .map((key, index): MetricValue => ({ key, value: Number(values[index]), timestamp: BigInt(at[index] ?? 0), step: BigInt(stepOf[index] ?? 0) }))
    .toSorted((left, right) => (left.key < right.key ? -1 : 1));
}

/** The tags with the name's among them, which pipelines do not write. */
function tagsWithName(row: FullRow): KeyValue[] {
  const tags = keyValues(row.tags ?? {}).filter(({ key }) => key !== RUN_NAME_TAG);
  const place = tags.findIndex(({ key }) => key > RUN_NAME_TAG);
  return tags.toSpliced(place === -1 ? tags.length : place, 0, { key: RUN_NAME_TAG, value: row.name });
}
