import { project as projectTable, user } from "@trellis/db/schema";
import { eq, sql } from "drizzle-orm";
import type { Trellis } from "../create-trellis.ts";

export type LargeOptions = {
  seed?: string;
  /** How much to write; the default is what `--size large` means. Runs and versions are spread evenly over the projects. */
  projects?: number;
  runsPerProject?: number;
  versionsPerProject?: number;
  now?: Date;
  say?: (line: string) => void;
};

/** Projects a statement: some ten thousand rows. */
const BATCH = 50;

/**
 * Adds many projects with their runs, metrics, versions and requests, for development and benchmarks: 1,000 projects, 100,000
 * runs, 10,000 versions. This is bulk: rows are written straight by `insert … select`, no verb is called and no event, audit
 * row, repository or file is made. So a bulk project can be looked at and searched, but not run, deployed or cloned. The rows
 * are the same for the same seed, ids included; their names begin with `bulk-`.
 */
export async function seedLarge(trellis: Trellis, options: LargeOptions = {}): Promise<void> {
  const { seed = "trellis", projects = 1_000, runsPerProject = 100, versionsPerProject = 10, now = new Date(), say = () => {} } = options;
  const { db } = trellis.context;
  const [owner] = await db.select({ id: user.id, name: user.name }).from(user).where(eq(user.role, "data_scientist")).orderBy(user.email).limit(1);
  if (!owner) throw new Error("There is no data scientist to own the projects.");
  const batch: Batch = { seed, ownerId: owner.id, ownerName: owner.name, runs: runsPerProject, versions: versionsPerProject, end: now.toISOString() };
  for (let from = 1; from <= projects; from += BATCH) {
    const to = Math.min(projects, from + BATCH - 1);
    await db.transaction(async (tx) => {
      for (const statement of statements(batch, from, to)) await tx.execute(statement);
    });
    if (to % 200 === 0) say(`${to} of ${projects} bulk projects`);
  }
  // The planner knows nothing of rows that were written a moment ago.
  await db.execute(sql`analyze`);
  say(`${await db.$count(projectTable)} projects`);
}

type Batch = { seed: string; ownerId: string; ownerName: string; runs: number; versions: number; end: string };

/** A UUID of version 7 made of a moment and of the hash of a name: the same each time, and sorted by time as ids are. */
const idAt = (at: string, name: string): string =>
  `(lpad(to_hex((extract(epoch from ${at}) * 1000)::bigint), 12, '0') || '7' || substr(md5(${name}), 1, 3) || '8' || substr(md5(${name}), 4, 15))::uuid`;
/** A number from 0 to 1 out of a name, the same each time. */
const share = (name: string): string => `(('x' || substr(md5(${name}), 1, 7))::bit(28)::int / 268435455.0)`;

function statements(batch: Batch, from: number, to: number) {
  const raw = (text: string) => sql.raw(text);
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  const seed = text(batch.seed);
  const end = `${text(batch.end)}::timestamptz`;
  const projects = `generate_series(${from}, ${to}) as p`;
  const runs = `generate_series(1, ${batch.runs}) as r`;
  const born = `(${end} - interval '60 days' + ${share(`${seed} || 'born' || p`)} * interval '1 day')`;
  const projectId = idAt(born, `${seed} || 'project' || p`);
  const pipelineId = idAt(born, `${seed} || 'pipeline' || p`);
  const pipelineVersionId = idAt(born, `${seed} || 'pipeline version' || p`);
  const modelId = idAt(born, `${seed} || 'model' || p`);
  const ranAt = `(${born} + (r * 58.0 / ${batch.runs}) * interval '1 day')`;
  const runId = idAt(ranAt, `${seed} || 'run' || p || ' ' || r`);
  const luck = share(`${seed} || 'luck' || p || ' ' || r`);
  const slug = "'bulk-' || lpad(p::text, 4, '0')";
  const status = `case when ${luck} < 0.86 then 'succeeded' when ${luck} < 0.95 then 'failed' else 'cancelled' end`;
  const seconds = `(60 + 900 * ${share(`${seed} || 'time' || p || ' ' || r`)})`;
  const every = Math.max(1, Math.floor(batch.runs / batch.versions));
  const isVersion = `r % ${every} = 0 and r / ${every} <= ${batch.versions}`;
  const number = `(r / ${every})`;
  const auc = `(0.7 + 0.002 * ${number} + 0.02 * ${luck})`;
  const milliseconds = (moment: string) => `(extract(epoch from ${moment}) * 1000)::bigint`;
  const experimentId = `(select e.id from experiment e where e.project_id = ${projectId} and e.name = 'train')`;
  const spec = text(JSON.stringify(BULK_SPEC));
  const made = `${ranAt} + ${seconds} * interval '1 second'`;
  return [
    raw(
      `insert into project (id, slug, title, description, visibility, repository, created_by, created_at) select ${projectId}, ${slug}, 'Bulk project ' || p, 'One of many, written in bulk.', 'internal', 'projects/' || ${slug}, ${text(batch.ownerId)}, ${born} from ${projects}`,
    ),
    raw(`insert into project_member (project_id, user_id, role, created_at) select ${projectId}, ${text(batch.ownerId)}, 'owner', ${born} from ${projects}`),
    raw(`insert into run_counter (project_id, last_number) select ${projectId}, ${batch.runs} from ${projects}`),
    raw(
      `insert into pipeline (id, project_id, name, description, created_at) select ${pipelineId}, ${projectId}, 'train', 'Train and register', ${born} from ${projects}`,
    ),
    raw(
      `insert into pipeline_version (id, pipeline_id, number, commit, spec, spec_digest, created_at) select ${pipelineVersionId}, ${pipelineId}, 1, md5(p::text) || '00000000', ${spec}::jsonb, 'bulk', ${born} from ${projects}`,
    ),
    raw(`insert into run (id, project_id, pipeline_version_id, pipeline_name, number, status, reason, trigger_kind, trigger_key, cause, parameters, commit, lock_digest, data_digest, requested_by, requested_by_name, created_at, started_at, ended_at)
      select ${runId}, ${projectId}, ${pipelineVersionId}, 'train', r, (case when ${isVersion} then 'succeeded' else ${status} end), '', 'manual', 'bulk ' || r, '{}'::jsonb, '{"epochs": 60}'::jsonb, md5(p::text) || '00000000', 'sha256:' || md5('lock') || md5('lock'), 'sha256:' || md5('d' || p) || md5('d' || p), ${text(batch.ownerId)}, ${text(batch.ownerName)}, ${ranAt}, ${ranAt} + interval '3 seconds', ${made} from ${projects}, ${runs}`),
    raw(`insert into step (id, run_id, key, position, stage, status, reason, needs, deps_left, attempts, queued_at, started_at, ended_at)
      select ${idAt(ranAt, `${seed} || 'step' || p || ' ' || r || ' ' || k.key`)}, ${runId}, k.key, k.position, k.stage, (case when ${isVersion} then 'succeeded' when k.position = 0 then 'succeeded' else ${status} end), '', k.needs::jsonb, 0, 1, ${ranAt}, ${ranAt} + k.position * ${seconds} / 2 * interval '1 second', ${ranAt} + (k.position + 1) * ${seconds} / 2 * interval '1 second'
      from ${projects}, ${runs}, (values ('prepare', 0, 'data', '[]'), ('train', 1, 'train', '["prepare"]')) as k(key, position, stage, needs)`),
    raw(`insert into experiment (project_id, name, created_at, updated_at) select ${projectId}, 'train', ${born}, ${born} from ${projects}`),
    raw(`insert into tracked_run (id, experiment_id, source, name, status, start_time, end_time, user_name, created_by, created_at)
      select ${runId}, ${experimentId}, 'pipeline', 'train ' || r, (case when ${isVersion} or ${status} = 'succeeded' then 'FINISHED' when ${status} = 'failed' then 'FAILED' else 'KILLED' end), ${milliseconds(ranAt)}, ${milliseconds(made)}, ${text(batch.ownerName)}, ${text(batch.ownerId)}, ${ranAt} from ${projects}, ${runs}`),
    raw(
      `insert into metric_latest (run_id, key, value, step, timestamp, step_key, points, experiment_id) select ${runId}, 'auc', ${auc}, 0, ${milliseconds(made)}, 'train', 1, ${experimentId} from ${projects}, ${runs}`,
    ),
    raw(
      `insert into metric_point (run_id, key, timestamp, step, value, step_key) select ${runId}, 'auc', ${milliseconds(made)}, 0, ${auc}, 'train' from ${projects}, ${runs}`,
    ),
    raw(
      `insert into registered_model (id, project_id, name, description, task, framework, last_version, created_at, updated_at) select ${modelId}, ${projectId}, ${slug}, 'One of many, written in bulk.', 'classification', 'plain Python', ${batch.versions}, ${born}, ${end} - (p % 500) * interval '1 minute' from ${projects}`,
    ),
    raw(`insert into model_version (id, model_id, version, digest, size_bytes, run_id, commit, data_digest, lock_digest, signature, descriptor, metrics, params, card, tags, created_by, created_at)
      select ${idAt(made, `${seed} || 'version' || p || ' ' || r`)}, ${modelId}, ${number}, 'sha256:' || md5('v' || p || ' ' || r) || md5('w' || p || ' ' || r), 4096, ${runId}, md5(p::text) || '00000000', 'sha256:' || md5('d' || p) || md5('d' || p), 'sha256:' || md5('lock') || md5('lock'), ${text(JSON.stringify(BULK_SIGNATURE))}::jsonb, '{}'::jsonb, jsonb_build_object('auc', ${auc}), '{}'::jsonb, '', '{}'::jsonb, ${text(batch.ownerName)}, ${made} from ${projects}, ${runs} where ${isVersion}`),
  ];
}

const BULK_SIGNATURE = { inputs: [{ name: "x", type: "double", required: true }], outputs: [{ name: "probability", type: "double" }] };
const STEP = { timeoutSeconds: null, retries: { limit: 0, backoffSeconds: 0 }, inputs: [], outputs: [] };
const BULK_SPEC = {
  name: "train",
  description: "Train and register",
  parameters: { epochs: { type: "integer", default: 60, description: "", min: 1, max: null, choices: null } },
  steps: [
    { ...STEP, key: "prepare", stage: "data", run: "python -m bulk.prepare", needs: [] },
    { ...STEP, key: "train", stage: "train", run: "python -m bulk.train", needs: ["prepare"] },
  ],
  register: null,
  deploy: null,
  triggers: [],
};
