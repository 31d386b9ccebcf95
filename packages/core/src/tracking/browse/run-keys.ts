import { experiment } from "@trellis/db/schema";
import { inArray, sql } from "drizzle-orm";
import { z } from "zod";
import { authorize } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError, notFound } from "../../kernel/errors.ts";

/** Keys are those of so many of the newest runs of each experiment: what people log changes little, and reading all would not. */
const NEWEST_RUNS = 300;
const MAX_KEYS = 500;

export const runKeysInput = z.object({ experimentIds: z.array(z.number().int().min(0).max(2_147_483_647)).min(1).max(20) });

/** What was logged in experiments, for choosing columns and completing a filter; each sorted, at most 500. */
export type RunKeys = { metrics: string[]; params: string[]; tags: string[] };

/** Keys of metrics, parameters and tags in the newest runs of these experiments. */
export async function runKeys(ctx: CoreContext, input: z.input<typeof runKeysInput>): Promise<RunKeys> {
  const { experimentIds } = runKeysInput.parse(input);
  await requireExperiments(ctx, experimentIds);
  const keysOf = (table: "metric_latest" | "run_param" | "run_tag") =>
    sql`coalesce((select json_agg(key order by key) from (select distinct k.key from newest join ${sql.identifier(table)} k on k.run_id = newest.id order by 1 limit ${MAX_KEYS}) found), '[]'::json)`;
  const result = await ctx.db.execute<RunKeys>(sql`
    with newest as materialized (
      select t.id from unnest(${sql.param(experimentIds)}::int[]) as asked(id)
      cross join lateral (select id from tracked_run where experiment_id = asked.id and deleted_at is null order by start_time desc limit ${NEWEST_RUNS}) t
    ) select ${keysOf("metric_latest")} as metrics, ${keysOf("run_param")} as params, ${keysOf("run_tag")} as tags`);
  return result.rows[0] ?? { metrics: [], params: [], tags: [] };
}

/** Throws NOT_FOUND for the first experiment that is not there or hidden. */
export async function requireExperiments(ctx: CoreContext, experimentIds: readonly number[]): Promise<void> {
  const rows = await ctx.db
    .select({ id: experiment.id, projectId: experiment.projectId })
    .from(experiment)
    .where(inArray(experiment.id, [...experimentIds]));
  const projects = new Map(rows.map((row) => [row.id, row.projectId]));
  for (const id of experimentIds) {
    const projectId = projects.get(id);
    if (projectId === undefined) throw notFound("Experiment", id);
    await authorize(ctx, "project.read", { projectId }).catch((error: unknown) => {
      throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Experiment", id) : error;
    });
  }
}
