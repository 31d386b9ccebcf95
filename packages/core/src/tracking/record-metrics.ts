import { type SQL, sql } from "drizzle-orm";
import type { Database, Transaction } from "../kernel/context.ts";

export type MetricPoint = { key: string; step: number; /** See `metricSeq`. */ seq: number; value: number; at: Date };

/** Points sent to the database at once. */
const BATCH = 5_000;

/**
 * Adds points to a run's metrics and moves their latest values, in one statement a batch. Points that are there already
 * (run, key, step, seq) change nothing, so a batch may come twice. Returns how many were new.
 */
export async function recordMetrics(tx: Database | Transaction, input: { runId: string; stepKey: string; points: readonly MetricPoint[] }): Promise<number> {
  let added = 0;
  for (let start = 0; start < input.points.length; start += BATCH) {
    const result = await tx.execute<{ added: number }>(insertBatch(input.runId, input.stepKey, input.points.slice(start, start + BATCH)));
    added += result.rows[0]?.added ?? 0;
  }
  return added;
}

function insertBatch(runId: string, stepKey: string, points: readonly MetricPoint[]): SQL {
  const column = (values: unknown[], type: string): SQL => sql`${sql.param(values)}::${sql.raw(type)}[]`;
  // The latest value is that of the greatest step, and of the last report of it.
  return sql`
    with given as (
      select * from unnest(
        ${column(
          points.map((point) => point.key),
          "text",
        )}, ${column(
          points.map((point) => point.step),
          "bigint",
        )}, ${column(
          points.map((point) => point.seq),
          "bigint",
        )},
        ${column(
          points.map((point) => point.value),
          "double precision",
        )}, ${column(
          points.map((point) => point.at.toISOString()),
          "timestamptz",
        )}
      ) as t(key, step, seq, value, at)
    ), added as (
      insert into metric_point (run_id, key, step, seq, value, at, step_key)
      select ${runId}::uuid, key, step, seq, value, at, ${stepKey} from given
      on conflict do nothing returning key, step, seq, value, at
    ), last as (
      select distinct on (key) key, step, value, at, count(*) over (partition by key)::int as points from added order by key, step desc, seq desc
    ), latest as (
      insert into metric_latest (run_id, key, value, step, at, step_key, points)
      select ${runId}::uuid, key, value, step, at, ${stepKey}, points from last order by key
      on conflict (run_id, key) do update set
        value = case when excluded.step >= metric_latest.step then excluded.value else metric_latest.value end,
        at = case when excluded.step >= metric_latest.step then excluded.at else metric_latest.at end,
        step_key = case when excluded.step >= metric_latest.step then excluded.step_key else metric_latest.step_key end,
        step = greatest(excluded.step, metric_latest.step),
        points = metric_latest.points + excluded.points
    )
    select count(*)::int as added from added`;
}
