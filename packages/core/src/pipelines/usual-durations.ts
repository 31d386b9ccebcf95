import { run } from "@trellis/db/schema";
import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";
import { medianSeconds, USUAL_OF_LAST } from "./domain/estimate.ts";

/** How long the last successful runs of a pipeline and their steps took: medians, in seconds. Resumed runs do not count. */
export async function usualDurations(ctx: CoreContext, projectId: string, pipelineName: string): Promise<{ usualSeconds: number | null; usualStepSeconds: Record<string, number> }> {
  const last = ctx.db
    .select({ id: run.id, startedAt: run.startedAt, endedAt: run.endedAt })
    .from(run)
    .where(and(eq(run.projectId, projectId), eq(run.pipelineName, pipelineName), eq(run.status, "succeeded"), isNull(run.retryOf)))
    .orderBy(desc(run.createdAt))
    .limit(USUAL_OF_LAST)
    .as("last");
  const rows = await ctx.db
    .select({
      seconds: sql<number | null>`extract(epoch from ${last.endedAt} - ${last.startedAt})::float8`,
      steps: sql<{ key: string; seconds: number }[]>`coalesce((select json_agg(json_build_object('key', s.key, 'seconds', extract(epoch from s.ended_at - s.started_at)::float8)) from step s where s.run_id = ${last.id} and s.status = 'succeeded' and s.started_at is not null), '[]'::json)`,
    })
    .from(last);
  const byStep = new Map<string, number[]>();
  for (const { key, seconds } of rows.flatMap((row) => row.steps)) byStep.set(key, [...(byStep.get(key) ?? []), seconds]);
  const medians = [...byStep].flatMap(([key, durations]) => {
    const median = medianSeconds(durations);
    return median === null ? [] : [[key, median] as const];
  });
  return { usualSeconds: medianSeconds(rows.flatMap((row) => (row.seconds === null ? [] : [row.seconds]))), usualStepSeconds: Object.fromEntries(medians) };
}
