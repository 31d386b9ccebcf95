import { attempt, pipeline, pipelineVersion, project, run } from "@trellis/db/schema";
import { and, asc, desc, eq, gte, inArray, lt, or, sql } from "drizzle-orm";
import { z } from "zod";
import { requireProject } from "../catalog/index.ts";
import { authorize, visibleProjects } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError, isCoreError, notFound } from "../kernel/errors.ts";
import { medianSeconds, USUAL_OF_LAST } from "./domain/estimate.ts";
import type { RunStatus } from "./domain/run-state.ts";
import type { TriggerKind } from "./domain/trigger.ts";
import { ExecutorCapability, type LogChunk } from "./ports.ts";
import { asPipelineSpec, readProjectSpec } from "./project-spec.ts";
import { requireRun } from "./require-run-row.ts";

const DAY_MS = 86_400_000;
const MAX_RANGE_DAYS = 31;

export const runsTimelineInput = z.object({
  from: z.coerce.date(),
  to: z.coerce.date(),
  project: z.string().max(100).optional(),
  /** Only runs that the actor asked for. */
  mine: z.boolean().default(false),
  limit: z.number().int().min(1).max(1_000).default(500),
});

/** Runs of all projects that touch a range of days, oldest first. A run that began more than two days before it is left out unless it still runs. */
export async function runsTimeline(ctx: CoreContext, input: z.input<typeof runsTimelineInput>) {
  await authorize(ctx, "project.list");
  const { from, to, limit, ...query } = runsTimelineInput.parse(input);
  if (to.getTime() <= from.getTime() || to.getTime() - from.getTime() > MAX_RANGE_DAYS * DAY_MS)
    throw new CoreError("INVALID", `Choose a range of at most ${MAX_RANGE_DAYS} days whose end is after its beginning.`);
  const projectId = query.project ? (await requireProject(ctx, query.project)).id : null;
  const rows = await ctx.db
    .select({
      id: run.id,
      number: run.number,
      status: run.status,
      pipelineName: run.pipelineName,
      triggerKind: run.triggerKind,
      requestedByName: run.requestedByName,
      project: { id: project.id, slug: project.slug, title: project.title },
      createdAt: run.createdAt,
      startedAt: run.startedAt,
      endedAt: run.endedAt,
    })
    .from(run)
    .innerJoin(project, eq(project.id, run.projectId))
    .where(
      and(
        visibleProjects(ctx),
        projectId ? eq(run.projectId, projectId) : undefined,
        query.mine && ctx.actor.kind === "user" ? eq(run.requestedBy, ctx.actor.userId) : undefined,
        lt(run.createdAt, to),
        or(inArray(run.status, ["queued", "running", "cancelling"]), and(gte(run.createdAt, new Date(from.getTime() - 2 * DAY_MS)), gte(run.endedAt, from))),
      ),
    )
    .orderBy(desc(run.createdAt), desc(run.id))
    .limit(limit + 1);
  return { items: rows.slice(0, limit).toReversed(), truncated: rows.length > limit };
}

type LastRun = {
  id: string;
  number: number;
  status: RunStatus;
  triggerKind: TriggerKind;
  retry: boolean;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
};

/** The pipelines of a project with their current version and last 20 runs each, and what was wrong with a later `trellis.yaml`. */
export async function projectPipelines(ctx: CoreContext, input: { project: string }) {
  const found = await requireProject(ctx, input.project);
  const { commit, problem } = await readProjectSpec(ctx, found.id);
  const result = await ctx.db.execute<{
    id: string;
    name: string;
    description: string;
    removedAt: string | null;
    version: { id: string; number: number; commit: string; spec: unknown } | null;
    runs: LastRun[];
  }>(sql`
    select p.id, p.name, p.description, p.removed_at::text as "removedAt",
      (select json_build_object('id', v.id, 'number', v.number, 'commit', v.commit, 'spec', v.spec) from pipeline_version v where v.pipeline_id = p.id order by v.number desc limit 1) as version,
      coalesce((select json_agg(r order by r."createdAt" desc) from (
        select id, number, status, trigger_kind as "triggerKind", retry_of is not null as retry, created_at as "createdAt", started_at as "startedAt", ended_at as "endedAt"
        from run where project_id = p.project_id and pipeline_name = p.name order by created_at desc limit 20) r), '[]'::json) as runs
    from pipeline p where p.project_id = ${found.id} order by p.removed_at is not null, p.created_at, p.name limit 100`);
  const pipelines = result.rows.map(({ runs, version, removedAt, ...row }) => {
    const lastRuns = runs.map(({ retry, ...last }) => ({
      ...last,
      resumed: retry,
      createdAt: new Date(last.createdAt),
      startedAt: toDate(last.startedAt),
      endedAt: toDate(last.endedAt),
    }));
    const durations = lastRuns.flatMap((last) =>
      last.status === "succeeded" && !last.resumed && last.startedAt && last.endedAt ? [(last.endedAt.getTime() - last.startedAt.getTime()) / 1_000] : [],
    );
    return {
      ...row,
      removedAt: toDate(removedAt),
      version: version && { id: version.id, number: version.number, commit: version.commit },
      spec: version && asPipelineSpec(version.spec),
      usualSeconds: medianSeconds(durations.slice(0, USUAL_OF_LAST)),
      lastRuns,
    };
  });
  return { pipelines, commit, problem };
}

export const durationTrendInput = z.object({ project: z.string(), pipeline: z.string(), limit: z.number().int().min(2).max(200).default(50) });

/** How long the last ended runs of a pipeline and their steps took, oldest first, in seconds. */
export async function durationTrend(ctx: CoreContext, input: z.input<typeof durationTrendInput>) {
  const query = durationTrendInput.parse(input);
  const found = await requireProject(ctx, query.project);
  const result = await ctx.db.execute<{
    runId: string;
    number: number;
    status: RunStatus;
    startedAt: string;
    seconds: number;
    steps: { key: string; seconds: number }[];
  }>(sql`
    select r.id as "runId", r.number, r.status, r.started_at::text as "startedAt", extract(epoch from r.ended_at - r.started_at)::float8 as seconds,
      coalesce((select json_agg(json_build_object('key', s.key, 'seconds', extract(epoch from s.ended_at - s.started_at)::float8) order by s.position) from step s where s.run_id = r.id and s.started_at is not null and s.ended_at is not null), '[]'::json) as steps
    from run r where r.project_id = ${found.id} and r.pipeline_name = ${query.pipeline} and r.started_at is not null and r.ended_at is not null
    order by r.created_at desc limit ${query.limit}`);
  return result.rows.map((row) => ({ ...row, startedAt: new Date(row.startedAt) })).toReversed();
}

/** Versions of a pipeline, newest first (at most 100), and how many runs pinned each. */
export async function pipelineVersions(ctx: CoreContext, input: { project: string; pipeline: string }) {
  const found = await requireProject(ctx, input.project);
  return ctx.db
    .select({
      id: pipelineVersion.id,
      number: pipelineVersion.number,
      commit: pipelineVersion.commit,
      createdAt: pipelineVersion.createdAt,
      runs: sql<number>`(select count(*)::int from run r where r.pipeline_version_id = ${pipelineVersion.id})`,
    })
    .from(pipelineVersion)
    .innerJoin(pipeline, eq(pipeline.id, pipelineVersion.pipelineId))
    .where(and(eq(pipeline.projectId, found.id), eq(pipeline.name, input.pipeline)))
    .orderBy(desc(pipelineVersion.number))
    .limit(100);
}

export const readAttemptLogInput = z.object({
  attemptId: z.uuid(),
  /** Byte to begin with. */
  offset: z.number().int().min(0).default(0),
  limit: z
    .number()
    .int()
    .min(1)
    .max(4 * 1024 * 1024)
    .default(256 * 1024),
  /** Wait for something new, or the end, when there is nothing from `offset` on. */
  follow: z.boolean().default(false),
});

/** Log bytes of an attempt. `end`: no more can come. */
export async function readAttemptLog(ctx: CoreContext, input: z.input<typeof readAttemptLogInput> & { signal?: AbortSignal }): Promise<LogChunk> {
  const query = readAttemptLogInput.parse(input);
  const [row] = await ctx.db
    .select({ runId: attempt.runId, endedAt: attempt.endedAt, startedAt: attempt.startedAt })
    .from(attempt)
    .where(eq(attempt.id, query.attemptId));
  if (!row) throw notFound("Attempt", query.attemptId);
  await requireRun(ctx, row.runId).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Attempt", query.attemptId) : error;
  });
  // It ended before anything was started: there is no log, and none will come.
  if (row.endedAt && !row.startedAt) return { content: Buffer.alloc(0), nextOffset: query.offset, end: true };
  return ctx.resolve(ExecutorCapability).readLogs(query.attemptId, query.offset, { limit: query.limit, follow: query.follow, signal: input.signal });
}

/** Attempts of a step, oldest first: to find the log of one. */
export async function stepAttempts(ctx: CoreContext, input: { runId: string; stepKey: string }) {
  await requireRun(ctx, input.runId);
  return ctx.db
    .select({ id: attempt.id, number: attempt.number, status: attempt.status })
    .from(attempt)
    .where(and(eq(attempt.runId, input.runId), sql`${attempt.stepId} = (select s.id from step s where s.run_id = ${input.runId} and s.key = ${input.stepKey})`))
    .orderBy(asc(attempt.number))
    .limit(200);
}

function toDate(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
