import { sql } from "drizzle-orm";
import { z } from "zod";
import { visibleProjects } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { getDataset } from "../tracking/index.ts";

export const columnUseInput = z.object({ datasetId: z.uuid(), column: z.string().min(1).max(500) });

/** A model version that reads a column. */
export type ColumnUser = {
  versionId: string;
  model: string;
  version: number;
  /** Whether the column is an input of the model, or what it predicts. */
  role: "input" | "output";
  type: string;
  required: boolean;
  /** Deployments in which the version answers now. */
  deployments: string[];
};

/**
 * The model versions that came of runs on a dataset and whose signature names this column, newest first, at most 200: who must
 * be asked before the column changes.
 */
export async function columnUse(ctx: CoreContext, input: z.input<typeof columnUseInput>): Promise<ColumnUser[]> {
  const { datasetId, column } = columnUseInput.parse(input);
  await getDataset(ctx, { datasetId });
  const { rows } = await ctx.db.execute<ColumnUser>(sql`
    with reading as (
      select distinct made.to_id as version_id
      from dataset_version d
      join lineage_edge used on used.from_kind = 'dataset_version' and used.from_id = d.id and used.to_kind = 'run'
      join lineage_edge made on made.from_kind = 'run' and made.from_id = used.to_id and made.to_kind = 'model_version'
      where d.dataset_id = ${datasetId}
    ), named as (
      select v.id, v.version, m.name as model, side.role, field.value as field, v.created_at
      from reading r join model_version v on v.id = r.version_id
      join registered_model m on m.id = v.model_id join project on project.id = m.project_id
      cross join (values ('input', 'inputs'), ('output', 'outputs')) as side(role, key)
      cross join lateral jsonb_array_elements(v.signature -> side.key) as field(value)
      where field.value ->> 'name' = ${column} and v.deleted_at is null and m.deleted_at is null and ${visibleProjects(ctx) ?? sql`true`}
    )
    select n.id as "versionId", n.model, n.version, n.role, n.field ->> 'type' as type, coalesce((n.field ->> 'required')::boolean, true) as required,
      coalesce((select json_agg(p.name order by p.name) from deployment p where p.live_version_id = n.id and p.lifecycle = 'active'), '[]'::json) as deployments
    from named n order by n.created_at desc, n.id, n.role limit 200`);
  return rows;
}
