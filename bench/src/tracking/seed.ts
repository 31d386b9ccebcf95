import type { TrackingServer } from "./tracking-server.ts";

/** Which server's tables are filled. */
export type Side = "trellis" | "mlflow";

export const METRICS = 20;
/** Runs of one statement: the embedded database holds what a statement makes in memory. */
const CHUNK = 20_000;

/** An experiment of its own with this many finished runs, each with 20 metrics, 5 params and 3 tags; the same in both. */
export async function seedRuns(server: TrackingServer, side: Side, name: string, runs: number): Promise<string> {
  const { experiment_id: experiment } = await server.ask<{ experiment_id: string }>("POST", "/experiments/create", { name });
  for (let first = 1; first <= runs; first += CHUNK) await server.sql(runStatements(side, Number(experiment), first, Math.min(runs, first + CHUNK - 1)));
  await server.sql("analyze");
  return experiment;
}

/** The start of the seeded runs; each begins a second after the one before. */
const EPOCH_MS = 1_700_000_000_000;

/** Ids are made as both make them in time: the first digits count up. */
function idOf(experiment: number): string {
  return `lpad(to_hex(${EPOCH_MS} + g), 12, '0') || '7' || lpad(to_hex(${experiment} % 4096), 3, '0') || '8' || lpad(to_hex(g), 15, '0')`;
}

/** The value of metric k of run g: spread over [0, 1) in no order, and the same in both. */
const VALUE = "((g * 7919::bigint + k * 104729::bigint + (g * k) % 7907) % 1000003) / 1000003.0::float8";

function runStatements(side: Side, experiment: number, first: number, last: number): string {
  const id = idOf(experiment);
  const runs = `generate_series(${first}, ${last}) g`;
  const metrics = `${runs} cross join lateral generate_series(0, ${METRICS - 1}) k`;
  const params = `${runs} cross join lateral generate_series(0, 4) k`;
  const tags = `${runs} cross join lateral unnest(array['mlflow.runName', 'mlflow.user', 'mlflow.source.name']) k`;
  const key = "'metric_' || k";
  const started = `${EPOCH_MS} + g * 1000::bigint`;
  const param = "case k when 0 then 'model-' || g % 5 when 1 then (g % 1000)::text else 'v' || g % 100 end";
  const tag = "case k when 'mlflow.runName' then 'run-' || g when 'mlflow.user' then 'user-' || g % 50 else 'train.py' end";
  if (side === "trellis")
    return `
      insert into tracked_run (id, experiment_id, source, name, status, start_time, end_time, user_name, created_at)
        select (${id})::uuid, ${experiment}, 'client', 'run-' || g, 'FINISHED', ${started}, ${started} + 60000, 'user-' || g % 50, now() from ${runs};
      insert into metric_latest (run_id, key, value, step, timestamp, experiment_id) select (${id})::uuid, ${key}, ${VALUE}, 99, ${started}, ${experiment} from ${metrics};
      insert into run_param (run_id, key, value) select (${id})::uuid, 'param_' || k, ${param} from ${params};
      insert into run_tag (run_id, key, value) select (${id})::uuid, k, ${tag} from ${tags};`;
  return `
    insert into runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)
      select ${id}, 'run-' || g, 'LOCAL', 'train.py', '', 'user-' || g % 50, 'FINISHED', ${started}, ${started} + 60000, '', 'active', 'mlflow-artifacts:/${experiment}/' || ${id} || '/artifacts', ${experiment} from ${runs};
    insert into latest_metrics (key, value, timestamp, step, is_nan, run_uuid) select ${key}, ${VALUE}, ${started}, 99, false, ${id} from ${metrics};
    insert into params (key, value, run_uuid) select 'param_' || k, ${param}, ${id} from ${params};
    insert into tags (key, value, run_uuid) select k, ${tag}, ${id} from ${tags};`;
}

/** Puts this many points of one metric into a run. */
export async function seedPoints(server: TrackingServer, side: Side, run: string, points: number): Promise<void> {
  const rows = `from generate_series(1, ${points}) g`;
  await server.sql(
    side === "trellis"
      ? `insert into metric_point (run_id, key, timestamp, step, value) select '${run}'::uuid, 'long', ${EPOCH_MS} + g, g, sin(g) ${rows}; analyze metric_point;`
      : `insert into metrics (key, value, timestamp, run_uuid, step, is_nan) select 'long', sin(g), ${EPOCH_MS} + g, '${run}', g, false ${rows}; analyze metrics;`,
  );
}

/** A hundred versions of each of `versions / 100` models, in the project of an experiment of the actor. */
export async function seedVersions(server: TrackingServer, side: Side, experiment: string, versions: number): Promise<void> {
  const models = `from generate_series(1, ${versions / 100}) m`;
  const each = `${models} cross join lateral generate_series(1, 100) v`;
  const uuid = (kind: number, number: string) => `(lpad(to_hex(${kind}), 12, '0') || '70008' || lpad(to_hex(${number}), 15, '0'))::uuid`;
  await server.sql(
    side === "trellis"
      ? `
      insert into registered_model (id, project_id, name, last_version, created_at, updated_at)
        select ${uuid(1, "m")}, (select project_id from experiment where id = ${experiment}), 'model-' || m, 100, now(), to_timestamp(1700000000 + m) ${models};
      insert into model_version (id, model_id, version, digest, size_bytes, origin, run_ref, source, signature, descriptor, metrics, params, tags, created_at, updated_at)
        select ${uuid(2, "m * 1000 + v")}, ${uuid(1, "m")}, v, 'digest', 1, 'client', md5((m * 1000 + v)::text), 'models:/m-' || md5((m * 1000 + v)::text), '{"inputs":[],"outputs":[]}', '{}', '{}', '{}',
          jsonb_build_object('team', 'team-' || m % 50, 'build', (m * 1000 + v)::text), now(), to_timestamp(1700000000 + m * 100 + v) ${each};
      analyze;`
      : `
      insert into registered_models (name, creation_time, last_updated_time, description) select 'model-' || m, ${EPOCH_MS}, ${EPOCH_MS} + m * 1000::bigint, '' ${models};
      insert into model_versions (name, version, creation_time, last_updated_time, description, current_stage, source, run_id, status)
        select 'model-' || m, v, ${EPOCH_MS}, ${EPOCH_MS} + (m * 100 + v) * 1000::bigint, '', 'None', 'models:/m-' || md5((m * 1000 + v)::text), md5((m * 1000 + v)::text), 'READY' ${each};
      insert into model_version_tags (key, value, name, version) select 'team', 'team-' || m % 50, 'model-' || m, v ${each};
      insert into model_version_tags (key, value, name, version) select 'build', (m * 1000 + v)::text, 'model-' || m, v ${each};
      analyze;`,
  );
}
