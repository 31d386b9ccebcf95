import { sql } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../../kernel/context.ts";
import { requireTrackedRuns } from "./require-tracked-runs.ts";
import { type RunFacts, runFacts } from "./run-facts.ts";

export const MAX_COMPARED_RUNS = 50;
/** Most keys of one kind that a comparison has rows for. */
const MAX_KEYS = 2_000;

export const compareRunsInput = z.object({ runIds: z.array(z.uuid()).min(1).max(MAX_COMPARED_RUNS) });

/** One key with its value in each run, in the order asked for; null where a run has none. */
export type ComparedRow<Value> = { key: string; values: (Value | null)[]; differs: boolean };

export type RunDatasetUse = { datasetId: string; versionId: string; name: string; digest: string; context: string };

export type RunComparison = {
  runs: (RunFacts & { datasets: RunDatasetUse[] })[];
  metrics: (ComparedRow<number> & { /** Some run has more than one point of it. */ curve: boolean })[];
  params: ComparedRow<string>[];
  /** Tags that people set; those that clients keep for themselves (`mlflow.`) are left out. */
  tags: ComparedRow<string>[];
};

/** Runs side by side: last metrics, parameters, tags and data. A pipeline's parameters stand among those that its steps logged. */
export async function compareRuns(ctx: CoreContext, input: z.input<typeof compareRunsInput>): Promise<RunComparison> {
  const runIds = [...new Set(compareRunsInput.parse(input).runIds)];
  await requireTrackedRuns(ctx, runIds);
  const runs = await runFacts(ctx, runIds);
  const ids = sql`any(${sql.param(runIds)}::uuid[])`;
  const metrics = await ctx.db.execute<{ run_id: string; key: string; value: number; points: number }>(
    sql`select run_id, key, value, points from metric_latest where run_id = ${ids} order by key, run_id limit ${MAX_KEYS * runIds.length}`,
  );
  const params = await ctx.db.execute<{ run_id: string; key: string; value: string }>(
    sql`select run_id, key, value from run_param where run_id = ${ids} order by key, run_id limit ${MAX_KEYS * runIds.length}`,
  );
  const tags = await ctx.db.execute<{ run_id: string; key: string; value: string }>(
    sql`select run_id, key, value from run_tag where run_id = ${ids} and key not like 'mlflow.%' order by key, run_id limit ${MAX_KEYS * runIds.length}`,
  );
  const given = runs.flatMap((run) => Object.entries(run.pipelineRun?.parameters ?? {}).map(([key, value]) => ({ run_id: run.id, key, value: String(value) })));
  const curves = new Set(metrics.rows.filter((row) => row.points > 1).map((row) => row.key));
  return {
    runs: await withDatasets(ctx, runs),
    metrics: byKey(runIds, metrics.rows).map((row) => ({ ...row, curve: curves.has(row.key) })),
    params: byKey(runIds, [...given, ...params.rows]),
    tags: byKey(runIds, tags.rows),
  };
}

/** One row a key, sorted; of a key that a run has twice the later entry counts. */
function byKey<Value>(runIds: string[], entries: { run_id: string; key: string; value: Value }[]): ComparedRow<Value>[] {
  const places = new Map(runIds.map((runId, place) => [runId, place]));
  const rows = new Map<string, (Value | null)[]>();
  for (const { run_id, key, value } of entries) {
    const values = rows.get(key) ?? runIds.map(() => null);
    values[places.get(run_id) ?? 0] = value;
    rows.set(key, values);
  }
  return [...rows]
    .map(([key, values]) => ({ key, values, differs: new Set(values).size > 1 }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, MAX_KEYS);
}

async function withDatasets(ctx: CoreContext, runs: RunFacts[]): Promise<RunComparison["runs"]> {
  const uses = await datasetsOfRuns(
    ctx,
    runs.map((run) => run.id),
  );
  return runs.map((run) => ({ ...run, datasets: uses.get(run.id) ?? [] }));
}

/** Data that runs read, by run: what pipelines took from their repository and what clients told of. At most 200 uses a run. */
export async function datasetsOfRuns(ctx: CoreContext, runIds: readonly string[]): Promise<Map<string, RunDatasetUse[]>> {
  const result = await ctx.db.execute<RunDatasetUse & { runId: string }>(sql`
    with used(run_id, version_id, context) as (
      select run_id, dataset_version_id, coalesce(tags->>'mlflow.data.context', '') from run_dataset where run_id = any(${sql.param([...runIds])}::uuid[])
      union
      select to_id, from_id, '' from lineage_edge
        where to_kind = 'run' and to_id = any(${sql.param([...runIds])}::uuid[]) and from_kind = 'dataset_version'
          and not exists (select 1 from run_dataset d where d.run_id = lineage_edge.to_id and d.dataset_version_id = lineage_edge.from_id)
    )
    select used.run_id as "runId", d.id as "datasetId", v.id as "versionId", d.name, v.digest, used.context
    from used join dataset_version v on v.id = used.version_id join dataset d on d.id = v.dataset_id
    order by d.name, v.digest limit ${200 * Math.max(1, runIds.length)}`);
  const uses = new Map<string, RunDatasetUse[]>();
  for (const { runId, ...use } of result.rows) uses.set(runId, [...(uses.get(runId) ?? []), use]);
  return uses;
}
