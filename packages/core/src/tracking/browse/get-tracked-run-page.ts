import { metricLatest, runParam, runTag } from "@trellis/db/schema";
import { asc, eq, sql } from "drizzle-orm";
import { projectAbilities } from "../../catalog/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import { datasetsOfRuns } from "./compare-runs.ts";
import { requireTrackedRuns } from "./require-tracked-runs.ts";
import { runFacts } from "./run-facts.ts";

const MAX_ROWS = 2_000;

type RunModel = {
  id: string;
  name: string;
  modelType: string | null;
  status: string;
  direction: "input" | "output";
  step: number;
  sizeBytes: number;
  files: number;
};
type Relative = { id: string; name: string; status: string };

/** A tracked run with all that its page shows, in a fixed number of queries whatever its size. */
export async function getTrackedRunPage(ctx: CoreContext, input: { runId: string }) {
  const { runId } = input;
  const projects = await requireTrackedRuns(ctx, [runId]);
  const [facts] = await runFacts(ctx, [runId]);
  if (!facts) throw notFound("Run", runId);
  const [metrics, params, tags] = await Promise.all([
    ctx.db
      .select({ key: metricLatest.key, value: metricLatest.value, step: metricLatest.step, timestamp: metricLatest.timestamp, points: metricLatest.points })
      .from(metricLatest)
      .where(eq(metricLatest.runId, runId))
      .orderBy(asc(metricLatest.key))
      .limit(MAX_ROWS),
    ctx.db.select({ key: runParam.key, value: runParam.value }).from(runParam).where(eq(runParam.runId, runId)).orderBy(asc(runParam.key)).limit(MAX_ROWS),
    ctx.db.select({ key: runTag.key, value: runTag.value }).from(runTag).where(eq(runTag.runId, runId)).orderBy(asc(runTag.key)).limit(MAX_ROWS),
  ]);
  return {
    ...facts,
    metrics,
    params,
    tags,
    datasets: (await datasetsOfRuns(ctx, [runId])).get(runId) ?? [],
    ...(await selectAround(ctx, runId, facts.experiment.id)),
    abilities: await projectAbilities(ctx, projects.get(runId) ?? ""),
  };
}

export type TrackedRunPage = Awaited<ReturnType<typeof getTrackedRunPage>>;

type Around = { models: RunModel[]; parent: Relative | null; children: Relative[]; files: number };

/** Logged models, the runs above and below it (`mlflow.parentRunId` is 32 hexadecimal digits), and how many files it has. */
async function selectAround(ctx: CoreContext, runId: string, experimentId: number): Promise<Around> {
  const protocolId = runId.replaceAll("-", "");
  const result = await ctx.db.execute<Around>(sql`select
    coalesce((select json_agg(json_build_object('id', m.id, 'name', m.name, 'modelType', m.model_type, 'status', m.status, 'direction', r.direction, 'step', r.step,
        'files', (select count(*)::int from logged_model_file f where f.model_id = m.id),
        'sizeBytes', (select coalesce(sum(f.size_bytes), 0)::float8 from logged_model_file f where f.model_id = m.id)) order by r.direction desc, r.step, m.created_at)
      from run_logged_model r join logged_model m on m.id = r.model_id where r.run_id = ${runId}::uuid and m.deleted_at is null), '[]'::json) as models,
    (select json_build_object('id', p.id, 'name', p.name, 'status', p.status) from run_tag t
      join tracked_run p on p.id = case when t.value ~ '^[0-9a-f]{32}$' then t.value::uuid end and p.experiment_id = ${experimentId}
      where t.run_id = ${runId}::uuid and t.key = 'mlflow.parentRunId') as parent,
    coalesce((select json_agg(json_build_object('id', c.id, 'name', c.name, 'status', c.status) order by c.start_time) from run_tag t join tracked_run c on c.id = t.run_id
      where t.key = 'mlflow.parentRunId' and left(t.value, 200) = ${protocolId} and c.experiment_id = ${experimentId} and c.deleted_at is null), '[]'::json) as children,
    (select count(*)::int from artifact where run_id = ${runId}::uuid) as files`);
  const [around] = result.rows;
  if (!around) throw notFound("Run", runId);
  return around;
}
