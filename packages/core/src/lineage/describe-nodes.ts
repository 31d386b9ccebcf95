import { sql } from "drizzle-orm";
import { visibleProjects } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import type { LineageKind, LineageRef } from "./record-edge.ts";

export type LineageNode = LineageRef & {
  /** Edges from the root; negative = upstream. */
  depth: number;
  /** What people call it, e.g. `flight-delays v3` or `Run 12`. */
  label: string;
  /** Path in the portal, or null where it has no page. */
  href: string | null;
  projectId: string;
  status: string | null;
};

/** For each kind: how its rows are named, linked and judged. One query answers for all kinds. */
const DESCRIPTIONS: Record<LineageKind, ReturnType<typeof sql>> = {
  // A template has no row: its words stand in the projects that were made from it.
  template: sql`select n.*, p.template || ' ' || p.template_version as label, '/create/' || p.template as href, p.id as project_id, null::text as status
    from n join lateral (select * from project where md5(template || '@' || template_version)::uuid = n.id order by created_at limit 1) p on true where n.kind = 'template'`,
  project: sql`select n.*, p.title, '/projects/' || p.slug, p.id, null::text from n join project p on p.id = n.id where n.kind = 'project'`,
  dataset_version: sql`select n.*, d.name || ' @ ' || left(regexp_replace(v.digest, '^[a-z0-9]+:', ''), 8) as label, '/data/' || d.id || '?version=' || v.id as href, d.project_id, null::text as status
    from n join dataset_version v on v.id = n.id join dataset d on d.id = v.dataset_id where n.kind = 'dataset_version'`,
  // A pipeline's run is called by its number; a client's by its name.
  run: sql`select n.*, coalesce('Run ' || r.number, t.name), coalesce('/projects/' || p.slug || '/runs/' || r.number, '/experiments/' || e.id || '/runs/' || n.id), p.id,
      coalesce(r.status, case t.status when 'FINISHED' then 'succeeded' when 'KILLED' then 'cancelled' when 'SCHEDULED' then 'queued' else lower(t.status) end)
    from n left join run r on r.id = n.id left join tracked_run t on t.id = n.id left join experiment e on e.id = t.experiment_id
    join project p on p.id = coalesce(r.project_id, e.project_id) where n.kind = 'run'`,
  logged_model: sql`select n.*, l.name, '/experiments/' || l.experiment_id || '/models/m-' || replace(l.id::text, '-', ''), e.project_id, lower(replace(l.status, 'LOGGED_MODEL_', ''))
    from n join logged_model l on l.id = n.id join experiment e on e.id = l.experiment_id where n.kind = 'logged_model' and l.deleted_at is null`,
  model_version: sql`select n.*, m.name || ' v' || v.version, '/models/' || m.name || '/versions/' || v.version, m.project_id, v.status
    from n join model_version v on v.id = n.id join registered_model m on m.id = v.model_id where n.kind = 'model_version'`,
  deployment: sql`select n.*, d.name, '/deployments/' || d.name, d.project_id, d.health
    from n join deployment d on d.id = n.id where n.kind = 'deployment'`,
  endpoint: sql`select n.*, '/serve/' || d.name, '/deployments/' || d.name, d.project_id, null::text
    from n join deployment d on d.id = n.id where n.kind = 'endpoint'`,
  // A person who calls, known by what the endpoints tell of them.
  consumer: sql`select n.*, c.name, null, e.project_id, null
    from n join lateral (select name from deployment_consumer where md5(user_id)::uuid = n.id order by last_called_at desc limit 1) c on true
    join lateral (select project_id from lineage_edge where to_kind = 'consumer' and to_id = n.id limit 1) e on true where n.kind = 'consumer'`,
  drift_report: sql`select n.*, 'Drift report', null, e.project_id, null
    from n join lateral (select project_id from lineage_edge where from_kind = 'drift_report' and from_id = n.id limit 1) e on true where n.kind = 'drift_report'`,
};

/** Gives nodes their words and links; those in projects that the actor may not see are left out. */
export async function describeNodes(ctx: CoreContext, refs: (LineageRef & { depth: number })[]): Promise<LineageNode[]> {
  const kinds = [...new Set(refs.map((ref) => ref.kind))];
  if (kinds.length === 0) return [];
  const parts = kinds.map((kind) => sql`(${DESCRIPTIONS[kind]})`);
  const result = await ctx.db.execute<{
    kind: LineageKind;
    id: string;
    depth: number;
    label: string;
    href: string | null;
    project_id: string;
    status: string | null;
  }>(sql`
    with n as (
      select * from unnest(${sql.param(refs.map((ref) => ref.kind))}::text[], ${sql.param(refs.map((ref) => ref.id))}::uuid[], ${sql.param(refs.map((ref) => ref.depth))}::int[]) as t(kind, id, depth)
    ), described(kind, id, depth, label, href, project_id, status) as (${sql.join(parts, sql` union all `)})
    select described.* from described join project on project.id = described.project_id where ${visibleProjects(ctx) ?? sql`true`}
    order by depth, kind, label, id`);
  return result.rows.map(({ project_id, ...row }) => ({ ...row, projectId: project_id }));
}
