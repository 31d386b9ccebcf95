import type { RUN_STATUSES, TRACKED_RUN_SOURCES, TRACKED_RUN_STATUSES } from "@trellis/db/schema";
import { sql } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";

/** What a list or comparison says of a tracked run, besides what was logged under it. */
export type RunFacts = {
  id: string;
  source: (typeof TRACKED_RUN_SOURCES)[number];
  name: string;
  status: (typeof TRACKED_RUN_STATUSES)[number];
  startedAt: Date;
  endedAt: Date | null;
  userName: string;
  deleted: boolean;
  experiment: { id: number; name: string };
  project: { id: string; slug: string; title: string };
  /** The pipeline's run that it is; null for a client's. */
  pipelineRun: { number: number; status: (typeof RUN_STATUSES)[number]; parameters: Record<string, string | number | boolean> } | null;
  /** Of the pipeline's run, or what a client says in `mlflow.source.git.commit`. */
  commit: string | null;
  lockDigest: string | null;
  /** Registered versions that came out of it. */
  versions: { modelName: string; version: number }[];
};

type Row = Omit<RunFacts, "startedAt" | "endedAt"> & { startTime: number; endTime: number | null };

/**
 * Facts of these runs in the order of the ids; runs that are not there are left out. Does not ask whether the actor may see
 * them: the caller has.
 */
export async function runFacts(ctx: CoreContext, runIds: readonly string[]): Promise<RunFacts[]> {
  if (runIds.length === 0) return [];
  const result = await ctx.db.execute<Row>(sql`
    select t.id, t.source, t.name, t.status, t.start_time::float8 as "startTime", t.end_time::float8 as "endTime", t.user_name as "userName",
      t.deleted_at is not null as deleted,
      json_build_object('id', e.id, 'name', e.name) as experiment,
      json_build_object('id', p.id, 'slug', p.slug, 'title', p.title) as project,
      case when r.id is null then null else json_build_object('number', r.number, 'status', r.status, 'parameters', r.parameters) end as "pipelineRun",
      coalesce(r.commit, (select g.value from run_tag g where g.run_id = t.id and g.key = 'mlflow.source.git.commit')) as commit,
      r.lock_digest as "lockDigest",
      coalesce((select json_agg(json_build_object('modelName', m.name, 'version', v.version) order by m.name, v.version)
        from model_version v join registered_model m on m.id = v.model_id where v.run_id = t.id and v.deleted_at is null and m.deleted_at is null), '[]'::json) as versions
    from unnest(${sql.param([...runIds])}::uuid[]) with ordinality as asked(id, place)
    join tracked_run t on t.id = asked.id join experiment e on e.id = t.experiment_id join project p on p.id = e.project_id
    left join run r on r.id = t.id order by asked.place`);
  return result.rows.map(({ startTime, endTime, ...row }) => ({
    ...row,
    startedAt: new Date(startTime),
    endedAt: endTime === null ? null : new Date(endTime),
  }));
}
