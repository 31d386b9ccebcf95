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

/** `[place, value, step, timestamp]`; of a point that is greatest by value `[value, -place, step, timestamp]`, of the least `[value, place, ...]`. */
type Packed = number[];
type BucketRow = { run_id: string; key: string; step_key: string; total: number; low: Packed; high: Packed; first: Packed | null; last: Packed | null };

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
  // The extremes of a stretch come with their whole point in one array: one sort for a curve, and no join back to it.
  const result = await ctx.db.execute<BucketRow>(sql`
    with numbered as (
      select run_id, key, step_key, step::float8 as step, value, timestamp::float8 as timestamp,
        row_number() over (partition by run_id, key order by step, timestamp, value) as place, count(*) over (partition by run_id, key) as total
      from metric_point where run_id = any(${sql.param(query.runIds)}::uuid[]) and key ${keys}
    )
    select run_id, key, min(step_key) as step_key, max(total)::int as total,
      min(array[value, place, step, timestamp]) as low, max(array[value, -place, step, timestamp]) as high,
      min(array[place, value, step, timestamp]) filter (where place = 1) as first,
      max(array[place, value, step, timestamp]) filter (where place = total) as last
    from numbered
    group by run_id, key, case when total <= ${query.maxPoints} then place else (place - 1) * ${buckets}::int / total end
    order by run_id, key, min(place)`);
  const series = new Map<string, MetricSeries & { places: Set<number> }>();
  for (const row of result.rows) {
    const id = `${row.run_id} ${row.key}`;
    const curve = series.get(id) ?? {
      runId: row.run_id,
      key: row.key,
      stepKey: row.step_key,
      total: row.total,
      reduced: row.total > query.maxPoints,
      points: [],
      places: new Set<number>(),
    };
    for (const { place, point } of pointsOf(row)) {
      if (curve.places.has(place)) continue;
      curve.places.add(place);
      curve.points.push(point);
    }
    series.set(id, curve);
  }
  return { series: [...series.values()].map(({ places: _seen, ...curve }) => curve) };
}

/** The points that stay of a stretch, in order; the same one may come twice. */
function pointsOf({ low, high, first, last }: BucketRow): { place: number; point: MetricSeries["points"][number] }[] {
  const read = (place = 0, value = 0, step = 0, timestamp = 0) => ({ place: Math.abs(place), point: { step, value, at: new Date(timestamp) } });
  const byValue = ([value, place, step, timestamp]: Packed) => read(place, value, step, timestamp);
  const byPlace = (packed: Packed | null) => (packed ? [read(packed[0], packed[1], packed[2], packed[3])] : []);
  return [byValue(low), byValue(high), ...byPlace(first), ...byPlace(last)].toSorted((a, b) => a.place - b.place);
}
