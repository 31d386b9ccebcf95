import { sql } from "drizzle-orm";
import type { Database, Transaction } from "../kernel/context.ts";
import { medianSeconds, USUAL_OF_LAST } from "./domain/estimate.ts";

/** How long the last successful runs of a pipeline and their steps took: medians, in seconds. Resumed runs do not count. */
export async function usualDurations(
  db: Database | Transaction,
  projectId: string,
  pipelineName: string,
): Promise<{ usualSeconds: number | null; usualStepSeconds: Record<string, number> }> {
  const { rows } = await db.execute<{ seconds: number | null; steps: { key: string; seconds: number }[] }>(sql`
    select extract(epoch from r.ended_at - r.started_at)::float8 as seconds,
      coalesce((select json_agg(json_build_object('key', s.key, 'seconds', extract(epoch from s.ended_at - s.started_at)::float8))
        from step s where s.run_id = r.id and s.status = 'succeeded' and s.started_at is not null), '[]'::json) as steps
    from run r where r.project_id = ${projectId} and r.pipeline_name = ${pipelineName} and r.status = 'succeeded' and r.retry_of is null
    order by r.created_at desc limit ${USUAL_OF_LAST}`);
  const byStep = new Map<string, number[]>();
  for (const { key, seconds } of rows.flatMap((row) => row.steps)) byStep.set(key, [...(byStep.get(key) ?? []), seconds]);
  const medians = [...byStep].flatMap(([key, durations]) => {
    const median = medianSeconds(durations);
    return median === null ? [] : [[key, median] as const];
  });
  return { usualSeconds: medianSeconds(rows.flatMap((row) => (row.seconds === null ? [] : [row.seconds]))), usualStepSeconds: Object.fromEntries(medians) };
}
