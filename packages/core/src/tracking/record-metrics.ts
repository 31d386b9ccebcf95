import type { Database, Transaction } from "../kernel/context.ts";
import { ADD_POINTS } from "./runs/points-sql.ts";
import { executePrepared } from "./runs/prepared.ts";

export type MetricPoint = { key: string; step: number; value: number; /** Milliseconds since 1970. */ timestamp: number };

/** Points sent to the database at once. */
const BATCH = 5_000;

const RECORD = `with given as (
    select $1::uuid as run_id, p.key, p.timestamp, p.step, p.value, $2::text as step_key
    from unnest($3::text[], $4::bigint[], $5::bigint[], $6::float8[]) as p(key, timestamp, step, value)
  ), ${ADD_POINTS}
  select (select count(*) from latest)::int as metrics, (select count(*) from added)::int as added`;

/**
 * Adds points to a tracked run's metrics and moves their latest values, in one statement a batch. A point that is there
 * already (key, timestamp, step, value) changes nothing, so a batch may come twice. Returns how many were new.
 */
export async function recordMetrics(tx: Database | Transaction, input: { runId: string; stepKey: string; points: readonly MetricPoint[] }): Promise<number> {
  let added = 0;
  for (let start = 0; start < input.points.length; start += BATCH) {
    const points = input.points.slice(start, start + BATCH);
    const columns = [points.map(({ key }) => key), points.map(({ timestamp }) => timestamp), points.map(({ step }) => step), points.map(({ value }) => value)];
    const [row] = await executePrepared<{ added: number }>(tx, "record_metrics", RECORD, [input.runId, input.stepKey, ...columns]);
    added += row?.added ?? 0;
  }
  return added;
}
