import { sql } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import type { ScoreFacts } from "./domain/score.ts";

const count = z.coerce.number();
const factRow = z.object({
  project_id: z.string(),
  slug: z.string(),
  title: z.string(),
  template: z.string().nullable(),
  template_version: z.string().nullable(),
  active_owners: count,
  known_commit: z.string().nullable(),
  pipelines: count,
  spec_problem: z.string().nullable(),
  triggers: z.array(z.string()),
  recent_good_runs: count,
  triggered_runs: count,
  decided_requests: count,
  last_run: z.object({ number: count, hasParameters: z.boolean(), hasMetrics: z.boolean(), hasData: z.boolean(), hasLock: z.boolean() }).nullable(),
  latest_version: z.object({ model: z.string(), version: count, hasRun: z.boolean(), hasCommit: z.boolean(), hasData: z.boolean() }).nullable(),
  live: z
    .object({
      deployment: z.string(),
      model: z.string(),
      version: count,
      cardLength: count,
      sync: z.string(),
      health: z.string(),
      changeRequest: count.nullable(),
      approvals: count,
      approvalsRequired: count,
      gatesPassed: count,
      gatesFailed: count,
      gatesTotal: count,
      hasMonitor: z.boolean(),
      rowsToday: count,
      reportEndMs: count.nullable(),
      reportVerdict: z.enum(["stable", "drifted", "insufficient"]).nullable(),
    })
    .nullable(),
});

export type ProjectFacts = { projectId: string; title: string; facts: ScoreFacts };

/** The facts of these projects in one query, in the order of the ids. */
export async function scoreFacts(ctx: CoreContext, projectIds: readonly string[]): Promise<ProjectFacts[]> {
  if (projectIds.length === 0) return [];
  const now = sql`${ctx.now().toISOString()}::timestamptz`;
  const result = await ctx.db.execute(sql`
    select p.id as project_id, p.slug, p.title, p.template, p.template_version,
      (select count(*) from project_member m join "user" u on u.id = m.user_id where m.project_id = p.id and m.role = 'owner' and u.disabled_at is null) as active_owners,
      coalesce(s.problem->>'commit', s.commit) as known_commit,
      (select count(*) from jsonb_object_keys(coalesce(s.spec->'pipelines', '{}'::jsonb))) as pipelines,
      s.problem->>'message' as spec_problem,
      coalesce((select jsonb_agg(distinct t->>'kind') from jsonb_each(coalesce(s.spec->'pipelines', '{}'::jsonb)) e, jsonb_array_elements(coalesce(e.value->'triggers', '[]'::jsonb)) t), '[]'::jsonb) as triggers,
      (select count(*) from run r where r.project_id = p.id and r.status = 'succeeded' and r.created_at > ${now} - interval '30 days') as recent_good_runs,
      (select count(*) from run r where r.project_id = p.id and r.trigger_kind in ('drift', 'schedule', 'push', 'data') and r.created_at > ${now} - interval '90 days') as triggered_runs,
      (select count(*) from change_request c join run r on r.id = c.opened_by_run_id
        where c.project_id = p.id and r.trigger_kind in ('drift', 'schedule', 'push', 'data') and c.status in ('approved', 'committed', 'applied', 'rejected', 'failed')) as decided_requests,
      ${LAST_RUN} as last_run, ${LATEST_VERSION} as latest_version, ${live(now)} as live
    from project p left join project_spec s on s.project_id = p.id
    where p.id = any(${sql.param([...projectIds])}::uuid[])`);
  const rows = new Map(result.rows.map((row) => factRow.parse(row)).map((row) => [row.project_id, row]));
  return projectIds.flatMap((id) => {
    const row = rows.get(id);
    return row ? [toFacts(row)] : [];
  });
}

const LAST_RUN = sql`(
  select jsonb_build_object('number', r.number,
    'hasParameters', r.parameters <> '{}'::jsonb or exists (select 1 from run_param x where x.run_id = r.id),
    'hasMetrics', exists (select 1 from metric_latest x where x.run_id = r.id),
    'hasData', r.data_digest is not null, 'hasLock', r.lock_digest is not null)
  from run r where r.project_id = p.id and r.status = 'succeeded' order by r.created_at desc, r.id desc limit 1)`;

const LATEST_VERSION = sql`(
  select jsonb_build_object('model', g.name, 'version', v.version, 'hasRun', exists (select 1 from run r where r.id = v.run_id), 'hasCommit', v.commit <> '', 'hasData', v.data_digest is not null)
  from registered_model g join model_version v on v.model_id = g.id where g.project_id = p.id order by v.created_at desc, v.id desc limit 1)`;

/** The project's deployment that counts: the furthest on the path of promotion that has a live version. */
function live(now: ReturnType<typeof sql>) {
  const gates = (verdict: string) => sql`(select count(*) from jsonb_array_elements(coalesce(c.gates, '[]'::jsonb)) g where g->>'verdict' = ${verdict})`;
  return sql`(
    select jsonb_build_object('deployment', d.name, 'model', g.name, 'version', v.version, 'cardLength', length(v.card), 'sync', d.sync, 'health', d.health,
      'changeRequest', c.number, 'approvalsRequired', coalesce(c.approvals_required, 0),
      'approvals', (select count(*) from approval a where a.change_request_id = c.id and a.verdict = 'approved' and a.user_id is distinct from c.author_id),
      'gatesPassed', ${gates("pass")}, 'gatesFailed', ${gates("fail")}, 'gatesTotal', jsonb_array_length(coalesce(c.gates, '[]'::jsonb)),
      'hasMonitor', m.id is not null,
      'rowsToday', (select coalesce(sum(t.rows), 0) from traffic_minute t where t.deployment_id = d.id and t.version = v.version and t.minute > ${now} - interval '24 hours'),
      'reportEndMs', extract(epoch from w.window_end) * 1000, 'reportVerdict', w.verdict)
    from deployment d
    join environment e on e.id = d.environment_id
    join registered_model g on g.id = d.model_id
    join model_version v on v.id = d.live_version_id
    left join lateral (select c.* from deployment_revision r join change_request c on c.id = r.change_request_id where r.deployment_id = d.id and r.version_id = d.live_version_id order by r.created_at desc limit 1) c on true
    left join monitor m on m.deployment_id = d.id
    left join lateral (select * from drift_report r where r.monitor_id = m.id and r.version_id = d.live_version_id and r.current_rows > 0 order by (r.verdict <> 'insufficient') desc, r.window_start desc limit 1) w on true
    where d.project_id = p.id and d.lifecycle = 'active'
    order by e.position desc, d.name limit 1)`;
}

function toFacts(row: z.output<typeof factRow>): ProjectFacts {
  const found = row.live;
  return {
    projectId: row.project_id,
    title: row.title,
    facts: {
      slug: row.slug,
      activeOwners: row.active_owners,
      knownCommit: row.known_commit,
      template: row.template ? { name: row.template, version: row.template_version ?? "" } : null,
      pipelines: row.pipelines,
      specProblem: row.spec_problem,
      recentGoodRuns: row.recent_good_runs,
      lastGoodRun: row.last_run,
      latestVersion: row.latest_version,
      live: found && {
        deployment: found.deployment,
        model: found.model,
        version: found.version,
        cardLength: found.cardLength,
        isSynced: found.sync === "synced",
        isHealthy: found.health === "healthy",
        changeRequest: found.changeRequest,
        approvals: found.approvals,
        approvalsRequired: found.approvalsRequired,
        gates: { passed: found.gatesPassed, failed: found.gatesFailed, total: found.gatesTotal },
      },
      rowsToday: found?.rowsToday ?? 0,
      lastReport: found && found.reportEndMs !== null && found.reportVerdict ? { windowEnd: new Date(found.reportEndMs), verdict: found.reportVerdict } : null,
      hasMonitor: found?.hasMonitor ?? false,
      triggers: row.triggers,
      triggeredRuns: row.triggered_runs,
      decidedRequests: row.decided_requests,
    },
  };
}
