import { sql } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { requireTrackedRuns } from "./browse/require-tracked-runs.ts";

export const metricHistoryInput = z.object({
  runIds: z.array(z.uuid()).min(1).max(50),
  /** All metrics of the runs when left out, the first 50 by name. */
  keys: z.array(z.string().max(250)).max(50).optional(),
  /** Most points of one curve. */
  maxPoints: z.number().int().min(4).max(1_000).default(500),
});

export type MetricSeries = {
  runId: string;
  key: string;
  stepKey: string;
  /** Points that were reported; `reduced` when not all of them are here. */
  total: number;
  reduced: boolean;
  points: { step: number; value: number; at: Date }[];
};

type PointRow = { run_id: string; key: string; step_key: string; step: number; value: number; timestamp: number; total: number };

/**
 * Curves of metrics. A long one is cut into equal stretches of which the least and the greatest value stay, with the first
 * and the last point: peaks and dips are never lost.
 */
export async function metricHistory(ctx: CoreContext, input: z.input<typeof metricHistoryInput>): Promise<{ series: MetricSeries[] }> {
  const query = metricHistoryInput.parse(input);
  await requireTrackedRuns(ctx, query.runIds);
  const keys = query.keys
    ? sql`= any(${sql.param(query.keys)}::text[])`
    : sql`in (select distinct key from metric_latest where run_id = any(${sql.param(query.runIds)}::uuid[]) order by key limit 50)`;
  const buckets = Math.max(1, Math.floor((query.maxPoints - 2) / 2));
  const result = await ctx.db.execute<PointRow>(sql`
    with numbered as (
      select run_id, key, step_key, step, value, timestamp,
        row_number() over (partition by run_id, key order by step, timestamp, value) as place, count(*) over (partition by run_id, key) as total
      from metric_point where run_id = any(${sql.param(query.runIds)}::uuid[]) and key ${keys}
    ), bucketed as (
      select *, (place - 1) * ${buckets}::int / total as bucket from numbered
    ), ranked as (
      select *, row_number() over (partition by run_id, key, bucket order by value, place) as low,
        row_number() over (partition by run_id, key, bucket order by value desc, place) as high
      from bucketed
    )
    select run_id, key, step_key, step::float8 as step, value, timestamp::float8 as timestamp, total::int as total from ranked
    where total <= ${query.maxPoints} or low = 1 or high = 1 or place = 1 or place = total
    order by run_id, key, place`);
  const series = new Map<string, MetricSeries>();
  for (const row of result.rows) {
    const id = `${row.run_id} ${row.key}`;
    const curve = series.get(id) ?? {
      runId: row.run_id,
      key: row.key,
      stepKey: row.step_key,
      total: row.total,
      reduced: row.total > query.maxPoints,
      points: [],
    };
    curve.points.push({ step: row.step, value: row.value, at: new Date(row.timestamp) });
    series.set(id, curve);
  }
  return { series: [...series.values()] };
}
