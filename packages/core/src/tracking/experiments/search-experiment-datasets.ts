import { sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { invalidValue } from "../domain/limits.ts";
import { requireExperiment } from "../rights.ts";
import { experimentIdIn } from "./default-experiment.ts";
import type { TrackingScope } from "./experiment.ts";

/** A dataset that runs of an experiment used, once for each thing it was used as (`mlflow.data.context`). */
export type DatasetSummary = { experimentId: number; name: string; digest: string; context: string | null };

const MAX_EXPERIMENTS = 20;
const MAX_SUMMARIES = 1_000;

/** Datasets that runs of these experiments used, by name; at most 1,000. */
export async function searchExperimentDatasets(ctx: CoreContext, input: { scope: TrackingScope; experimentIds: readonly number[] }): Promise<DatasetSummary[]> {
  if (input.experimentIds.length === 0 || input.experimentIds.length > MAX_EXPERIMENTS)
    throw invalidValue("experiment_ids", input.experimentIds.length, `Give 1 to ${MAX_EXPERIMENTS} experiments.`);
  const ids: number[] = [];
  for (const given of input.experimentIds) {
    const { id } = await requireExperiment(ctx, await experimentIdIn(ctx, input.scope, given), "project.read");
    ids.push(id);
  }
  const { rows } = await ctx.db.execute<DatasetSummary>(sql`
    select distinct r.experiment_id as "experimentId", d.name, v.digest, u.tags->>'mlflow.data.context' as context
    from tracked_run r
    join run_dataset u on u.run_id = r.id
    join dataset_version v on v.id = u.dataset_version_id
    join dataset d on d.id = v.dataset_id
    where r.experiment_id = any(${sql.param(ids)}::int[]) and r.deleted_at is null
    order by d.name, v.digest, r.experiment_id, context limit ${MAX_SUMMARIES}`);
  return rows;
}
