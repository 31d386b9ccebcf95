import { attempt, metricLatest, run, runEvent, runParam } from "@trellis/db/schema";
import { and, asc, desc, eq, sql } from "drizzle-orm";
import { projectAbilities, requireProject } from "../catalog/index.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import type { CacheNote } from "./domain/cache-key.ts";
import { runSteps } from "./domain/pipeline-spec.ts";
import type { Stage } from "./domain/pipeline-spec.ts";
import type { StepStatus } from "./domain/run-state.ts";
import { selectRuns } from "./list-runs.ts";
import { requireRun, type Run } from "./require-run-row.ts";
import { usualDurations } from "./usual-durations.ts";

export type RunReference = { runId: string } | { /** Id or slug. */ project: string; number: number };

/** A run with all that its page shows, in a fixed number of queries whatever its size. */
export async function getRun(ctx: CoreContext, reference: RunReference) {
  const { run: found, spec, versionNumber } = await requireRun(ctx, await runIdOf(ctx, reference));
  const abilities = await projectAbilities(ctx, found.projectId);
  const commands = new Map(runSteps(spec).map((step) => [step.key, step.run]));
  // One snapshot: a status never stands beside the steps and events of a moment before.
  const { row, ...parts } = await ctx.db.transaction((tx) => selectParts(tx, found, commands), { isolationLevel: "repeatable read", accessMode: "read only" });
  if (!row) throw notFound("Run", found.id);
  return {
    ...row,
    parameters: found.parameters,
    onlyStep: found.onlyStep,
    lockDigest: found.lockDigest,
    dataDigest: found.dataDigest,
    pipelineVersion: { id: found.pipelineVersionId, number: versionNumber, spec },
    stepCounts: row.steps,
    ...parts,
    abilities: { write: abilities.write },
  };
}

async function selectParts(tx: Transaction, found: Run, commands: Map<string, string>) {
  const [row] = await selectRuns(tx, eq(run.id, found.id), 1);
  return {
    row,
    steps: await selectSteps(tx, found, commands),
    attempts: await selectAttempts(tx, found.id),
    events: await selectEvents(tx, found.id),
    params: await tx
      .select({ key: runParam.key, value: runParam.value, stepKey: runParam.stepKey })
      .from(runParam)
      .where(eq(runParam.runId, found.id))
      .orderBy(asc(runParam.key))
      .limit(2_000),
    metrics: await tx
      .select({
        key: metricLatest.key,
        value: metricLatest.value,
        step: metricLatest.step,
        timestamp: metricLatest.timestamp,
        stepKey: metricLatest.stepKey,
        points: metricLatest.points,
      })
      .from(metricLatest)
      .where(eq(metricLatest.runId, found.id))
      .orderBy(asc(metricLatest.key))
      .limit(1_000),
    ...(await selectFacts(tx, found)),
    ...(await usualDurations(tx, found.projectId, found.pipelineName)),
  };
}

async function runIdOf(ctx: CoreContext, reference: RunReference): Promise<string> {
  if ("runId" in reference) return reference.runId;
  const project = await requireProject(ctx, reference.project);
  const [row] = await ctx.db
    .select({ id: run.id })
    .from(run)
    .where(and(eq(run.projectId, project.id), eq(run.number, reference.number)));
  if (!row) throw notFound("Run", `${reference.number} of project ${project.slug}`);
  return row.id;
}

type StepQueryRow = {
  id: string;
  key: string;
  position: number;
  stage: Stage;
  status: StepStatus;
  reason: string;
  needs: string[];
  attempts: number;
  availableAt: string | null;
  queuedAt: string | null;
  startedAt: string | null;
  endedAt: string | null;
  progress: { done: number; total: number; unit: string } | null;
  summary: string | null;
  useCache: boolean;
  cacheNote: CacheNote | null;
  cpu: number;
  memoryBytes: number;
  reusedFrom: { runId: string; runNumber: number } | null;
};

async function selectSteps(tx: Transaction, { id }: Run, commands: Map<string, string>) {
  const result = await tx.execute<StepQueryRow>(sql`
    select s.id, s.key, s.position, s.stage, s.status, s.reason, s.needs, s.attempts, s.available_at::text as "availableAt", s.queued_at::text as "queuedAt",
      s.started_at::text as "startedAt", s.ended_at::text as "endedAt", s.progress, s.summary, s.use_cache as "useCache", s.cache_note as "cacheNote", s.cpu, s.memory_bytes::float8 as "memoryBytes",
      case when r.id is null then null else json_build_object('runId', r.id, 'runNumber', r.number) end as "reusedFrom"
    from step s left join step e on e.id = s.reused_from left join run r on r.id = e.run_id
    where s.run_id = ${id} order by s.position limit 1000`);
  const moment = (text: string | null): Date | null => (text === null ? null : new Date(text));
  return result.rows.map((row) => ({
    ...row,
    availableAt: moment(row.availableAt),
    queuedAt: moment(row.queuedAt),
    startedAt: moment(row.startedAt),
    endedAt: moment(row.endedAt),
    command: commands.get(row.key) ?? "",
  }));
}

async function selectAttempts(tx: Transaction, runId: string) {
  const rows = await tx
    .select({
      id: attempt.id,
      stepKey: sql<string>`(select s.key from step s where s.id = ${attempt.stepId})`,
      number: attempt.number,
      status: attempt.status,
      exitCode: attempt.exitCode,
      reason: attempt.reason,
      queuedAt: attempt.queuedAt,
      launchedAt: attempt.launchedAt,
      startedAt: attempt.startedAt,
      endedAt: attempt.endedAt,
      deadlineAt: attempt.deadlineAt,
    })
    .from(attempt)
    .where(eq(attempt.runId, runId))
    .orderBy(asc(attempt.id))
    .limit(2_000);
  return rows;
}

async function selectEvents(tx: Transaction, runId: string) {
  const rows = await tx
    .select({ seq: runEvent.seq, stepKey: runEvent.stepKey, attempt: runEvent.attempt, kind: runEvent.kind, message: runEvent.message, at: runEvent.at })
    .from(runEvent)
    .where(eq(runEvent.runId, runId))
    .orderBy(desc(runEvent.seq))
    .limit(500);
  return rows.toReversed();
}

type Facts = {
  artifacts: { total: number; sizeBytes: number };
  versions: { id: string; version: number; modelId: string; modelName: string }[];
  datasets: { id: string; name: string; versionId: string; digest: string; sizeBytes: number }[];
  retryOf: { id: string; number: number } | null;
  retriedBy: { id: string; number: number; status: Run["status"] }[];
};

/** What stands around a run: its files, versions, data, and the runs before and after it. One query. */
async function selectFacts(tx: Transaction, { id, retryOf }: Run): Promise<Facts> {
  const result = await tx.execute<Facts>(sql`select
    (select json_build_object('total', count(*)::int, 'sizeBytes', coalesce(sum(size_bytes), 0)) from artifact where run_id = ${id}) as artifacts,
    coalesce((select json_agg(json_build_object('id', v.id, 'version', v.version, 'modelId', m.id, 'modelName', m.name)) from model_version v join registered_model m on m.id = v.model_id where v.run_id = ${id}), '[]'::json) as versions,
    coalesce((select json_agg(json_build_object('id', d.id, 'name', d.name, 'versionId', v.id, 'digest', v.digest, 'sizeBytes', v.size_bytes) order by d.name)
      from lineage_edge e join dataset_version v on v.id = e.from_id join dataset d on d.id = v.dataset_id where e.to_kind = 'run' and e.to_id = ${id} and e.from_kind = 'dataset_version'), '[]'::json) as datasets,
    (select json_build_object('id', r.id, 'number', r.number) from run r where r.id = ${retryOf}::uuid) as "retryOf",
    coalesce((select json_agg(json_build_object('id', r.id, 'number', r.number, 'status', r.status) order by r.number) from run r where r.retry_of = ${id} and r.only_step is null), '[]'::json) as "retriedBy"`);
  const [facts] = result.rows;
  if (!facts) throw notFound("Run", id);
  return facts;
}
