import { sql } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { requireRunProjects } from "../tracking/index.ts";
import type { StepStatus } from "./domain/run-state.ts";

export const compareStepsInput = z.object({ runIds: z.array(z.uuid()).min(1).max(50) });

/** What became of a step in one run; `seconds` is from its first start to its end, null when it did not run or still does. */
export type ComparedStep = { status: StepStatus; seconds: number | null; attempts: number };

/** Pipeline runs side by side, step by step in the order of the first run: how each ended and how long it took. Null where a run lacks the step. */
export async function compareSteps(
  ctx: CoreContext,
  input: z.input<typeof compareStepsInput>,
): Promise<{ key: string; stage: string; runs: (ComparedStep | null)[] }[]> {
  const runIds = [...new Set(compareStepsInput.parse(input).runIds)];
  await requireRunProjects(ctx, runIds);
  const { rows } = await ctx.db.execute<ComparedStep & { runId: string; key: string; stage: string }>(sql`
    select run_id as "runId", key, stage, status, attempts, extract(epoch from ended_at - started_at)::float8 as seconds
    from step where run_id = any(${sql.param(runIds)}::uuid[]) order by array_position(${sql.param(runIds)}::uuid[], run_id), position limit 20000`);
  const found = new Map<string, { key: string; stage: string; runs: (ComparedStep | null)[] }>();
  for (const { runId, key, stage, status, seconds, attempts } of rows) {
    const row = found.get(key) ?? { key, stage, runs: runIds.map(() => null) };
    row.runs[runIds.indexOf(runId)] = { status, seconds, attempts };
    found.set(key, row);
  }
  return [...found.values()];
}
