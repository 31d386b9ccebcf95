import type { LOGGED_MODEL_STATUSES } from "@trellis/db/schema";
import { sql } from "drizzle-orm";
import type { Database, Transaction } from "../../kernel/context.ts";
import type { KeyValue } from "../domain/limits.ts";
import { modelArtifactUri } from "../domain/protocol-ids.ts";
import { keyValues, type LifecycleStage } from "../experiments/experiment.ts";
import type { MetricValue } from "../runs/tracked-run.ts";

export type LoggedModelStatus = (typeof LOGGED_MODEL_STATUSES)[number];

/** A metric of a model, with the run that logged it and the dataset it was measured on (empty = none). */
export type LoggedModelMetric = MetricValue & { modelId: string; runId: string; datasetName: string; datasetDigest: string };

/** A model that a client logged; times in milliseconds since 1970. */
export type LoggedModel = {
  modelId: string;
  experimentId: number;
  projectId: string;
  name: string;
  creationTime: number;
  lastUpdateTime: number;
  artifactUri: string;
  status: LoggedModelStatus;
  creatorId: string | null;
  modelType: string | null;
  /** As the client sent it; it may name no run of here. */
  sourceRunId: string | null;
  lifecycleStage: LifecycleStage;
  /** By key. */
  tags: KeyValue[];
  params: KeyValue[];
  /** By key, time and step; of more than MAX_MODEL_METRICS points the latest. */
  metrics: LoggedModelMetric[];
};

/** Points of one model that are read with it. */
export const MAX_MODEL_METRICS = 1_000;

type Row = {
  id: string;
  experiment_id: number;
  project_id: string;
  artifact_location: string | null;
  name: string;
  created_ms: number;
  updated_ms: number;
  status: LoggedModelStatus;
  created_by: string | null;
  model_type: string | null;
  source_run_id: string | null;
  deleted: boolean;
  tags: Record<string, string>;
  params: Record<string, string>;
  /** Key, value (text when it is NaN), timestamp, step, run, dataset's name and digest. */
  metrics: [string, number | string, string, string, string, string, string][] | null;
};

/** These models, in this order, in one statement; those that are not there are left out. The caller checks the rights. */
export async function readLoggedModels(db: Database | Transaction, modelIds: readonly string[]): Promise<LoggedModel[]> {
  if (modelIds.length === 0) return [];
  const { rows } = await db.execute<Row>(sql`
    select m.id, m.experiment_id, e.project_id, e.artifact_location, m.name, m.status, m.created_by, m.model_type, m.source_run_id, m.deleted_at is not null as deleted,
      (extract(epoch from m.created_at) * 1000)::float8 as created_ms, (extract(epoch from m.updated_at) * 1000)::float8 as updated_ms, m.tags, m.params,
      (select json_agg(json_build_array(p.key, p.value, p.timestamp::text, p.step::text, p.run_id, p.dataset_name, p.dataset_digest) order by p.key collate "C", p.timestamp, p.step, p.value)
        from (select * from logged_model_metric l where l.model_id = m.id order by l.timestamp desc, l.step desc limit ${MAX_MODEL_METRICS}) p) as metrics
    from unnest(${sql.param([...modelIds])}::uuid[]) with ordinality as wanted(id, place)
    join logged_model m on m.id = wanted.id join experiment e on e.id = m.experiment_id order by wanted.place`);
  return rows.map(toModel);
}

function toModel(row: Row): LoggedModel {
  return {
    modelId: row.id,
    experimentId: row.experiment_id,
    projectId: row.project_id,
    name: row.name,
    creationTime: Math.floor(row.created_ms),
    lastUpdateTime: Math.floor(row.updated_ms),
    artifactUri: modelArtifactUri({ id: row.experiment_id, artifactLocation: row.artifact_location }, row.id),
    status: row.status,
    creatorId: row.created_by,
    modelType: row.model_type,
    sourceRunId: row.source_run_id,
    lifecycleStage: row.deleted ? "deleted" : "active",
    tags: keyValues(row.tags),
    params: keyValues(row.params),
    metrics: (row.metrics ?? []).map(([key, value, timestamp, step, runId, datasetName, datasetDigest]) => ({
      key,
      value: Number(value),
      timestamp: BigInt(timestamp),
      step: BigInt(step),
      modelId: row.id,
      runId,
      datasetName,
      datasetDigest,
    })),
  };
}
