import { type SQL, sql } from "drizzle-orm";
import type { Database, Transaction } from "../kernel/context.ts";

export type MetricPoint = { key: string; step: number; value: number; /** Milliseconds since 1970. */ timestamp: number };

/** Points sent to the database at once. */
const BATCH = 5_000;

/**
 * Adds points to a tracked run's metrics and moves their latest values, in one statement a batch. A point that is there
 * already (key, timestamp, step, value) changes nothing, so a batch may come twice. Returns how many were new.
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
  const columns = [
    column(
      points.map((point) => point.key),
      "text",
    ),
    column(
      points.map((point) => point.step),
      "bigint",
    ),
    column(
      points.map((point) => point.value),
      "double precision",
    ),
    column(
      points.map((point) => point.timestamp),
      "bigint",
    ),
  ];
  // The latest value is that of the greatest (step, timestamp, value), whatever came last.
  return sql`
    with given as (
      select * from unnest(${sql.join(columns, sql`, `)}) as t(key, step, value, timestamp)
    ), added as (
      insert into metric_point (run_id, key, timestamp, step, value, step_key)
      select ${runId}::uuid, key, timestamp, step, value, ${stepKey} from given order by key, timestamp, step, value
      on conflict do nothing returning key, step, value, timestamp
    ), last as (
      select distinct on (key) key, step, value, timestamp, count(*) over (partition by key)::int as points
      from added order by key, step desc, timestamp desc, value desc
    ), latest as (
      insert into metric_latest (run_id, key, value, step, timestamp, step_key, points, experiment_id)
      select ${runId}::uuid, key, value, step, timestamp, ${stepKey}, points, (select experiment_id from tracked_run where id = ${runId}::uuid) from last order by key
      on conflict (run_id, key) do update set
        (value, timestamp, step, step_key) = (
          select g.value, g.timestamp, g.step, g.step_key from (values
            (excluded.value, excluded.timestamp, excluded.step, excluded.step_key),
            (metric_latest.value, metric_latest.timestamp, metric_latest.step, metric_latest.step_key)
          ) as g(value, timestamp, step, step_key) order by g.step desc, g.timestamp desc, g.value desc limit 1),
        points = metric_latest.points + excluded.points
    )
    select count(*)::int as added from added`;
}
