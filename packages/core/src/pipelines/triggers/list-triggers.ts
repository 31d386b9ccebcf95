import { pipeline, pipelineTrigger, project } from "@trellis/db/schema";
import { and, asc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { requireProject } from "../../catalog/index.ts";
import { authorize, visibleProjects } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { nextFire } from "../domain/schedule.ts";
import { asTriggerSpec } from "./fire-trigger.ts";

type Fire = { key: string; at: string; message: string; runNumber: number | null; runStatus: string | null };

/** What starts runs of a project's pipelines, with the last five firings of each and what came of them. */
export async function projectTriggers(ctx: CoreContext, input: { project: string }) {
  const found = await requireProject(ctx, input.project);
  const rows = await ctx.db
    .select({
      id: pipelineTrigger.id,
      name: pipelineTrigger.name,
      kind: pipelineTrigger.kind,
      spec: pipelineTrigger.spec,
      pipelineName: pipeline.name,
      pausedAt: pipelineTrigger.pausedAt,
      pausedByName: pipelineTrigger.pausedByName,
      nextFireAt: pipelineTrigger.nextFireAt,
      hasSecret: sql<boolean>`${pipelineTrigger.secretNumber} > 0`,
      fires: sql<
        Fire[]
      >`coalesce((select json_agg(json_build_object('key', f.key, 'at', f.at, 'message', f.message, 'runNumber', r.number, 'runStatus', r.status) order by f.seq desc)
        from (select * from trigger_fire where trigger_id = pipeline_trigger.id order by seq desc limit 5) f left join run r on r.id = f.run_id), '[]'::json)`,
    })
    .from(pipelineTrigger)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTrigger.pipelineId))
    .where(and(eq(pipelineTrigger.projectId, found.id), isNull(pipelineTrigger.removedAt)))
    .orderBy(asc(pipeline.name), asc(pipelineTrigger.name))
    .limit(200);
  return rows.map((row) => ({ ...row, spec: asTriggerSpec(row.spec), fires: row.fires.map((fire) => ({ ...fire, at: new Date(fire.at) })) }));
}

export const nextScheduledInput = z.object({ project: z.string().max(100).optional(), limit: z.number().int().min(1).max(100).default(20) });

/** The next firings of all schedules that the actor may see, the next first, several of one schedule when it is the next several times. */
export async function nextScheduled(ctx: CoreContext, input: z.input<typeof nextScheduledInput> = {}) {
  await authorize(ctx, "project.list");
  const query = nextScheduledInput.parse(input);
  const projectId = query.project ? (await requireProject(ctx, query.project)).id : null;
  const rows = await ctx.db
    .select({
      triggerId: pipelineTrigger.id,
      spec: pipelineTrigger.spec,
      at: pipelineTrigger.nextFireAt,
      pipelineName: pipeline.name,
      project: { id: project.id, slug: project.slug, title: project.title },
    })
    .from(pipelineTrigger)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTrigger.pipelineId))
    .innerJoin(project, eq(project.id, pipelineTrigger.projectId))
    .where(and(visibleProjects(ctx), projectId ? eq(project.id, projectId) : undefined, isNotNull(pipelineTrigger.nextFireAt), isNull(project.archivedAt)))
    .orderBy(asc(pipelineTrigger.nextFireAt))
    .limit(query.limit);
  const firings = rows.flatMap(({ spec: stored, at, ...row }) => {
    const spec = asTriggerSpec(stored);
    if (spec.kind !== "schedule") return [];
    const times: Date[] = [];
    for (let next = at; next && times.length < 3; next = nextFire(spec, next)) times.push(next);
    return times.map((time) => ({ ...row, at: time, cron: spec.cron, timezone: spec.timezone }));
  });
  return firings.toSorted((a, b) => a.at.getTime() - b.at.getTime()).slice(0, query.limit);
}
