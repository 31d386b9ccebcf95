import { project, run, RUN_STATUSES, TRIGGER_KINDS } from "@trellis/db/schema";
import { and, desc, eq, ilike, inArray, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { requireProject } from "../catalog/index.ts";
import { authorize, visibleProjects } from "../identity/index.ts";
import type { CoreContext, Database, Transaction } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import type { StepStatus } from "./domain/run-state.ts";

export const listRunsInput = z.object({
  project: z.string().max(100).optional(),
  pipeline: z.string().max(63).optional(),
  status: z.array(z.enum(RUN_STATUSES)).max(RUN_STATUSES.length).optional(),
  trigger: z.array(z.enum(TRIGGER_KINDS)).max(TRIGGER_KINDS.length).optional(),
  /** Matches the number, the pipeline, the project and who asked. */
  search: z.string().trim().max(100).optional(),
  /** Only runs that the actor asked for. */
  mine: z.boolean().default(false),
  cursor: z.string().max(100).optional(),
  limit: z.number().int().min(1).max(100).default(50),
});

type StageChip = { key: string; stage: string; status: StepStatus };

/** Runs that the actor may see, newest first, page by page, each with its steps and the version it made. */
export async function listRuns(ctx: CoreContext, input: z.input<typeof listRunsInput> = {}) {
  await authorize(ctx, "project.list");
  const query = listRunsInput.parse(input);
  const projectId = query.project ? (await requireProject(ctx, query.project)).id : null;
  const conditions: (SQL | undefined)[] = [
    visibleProjects(ctx),
    projectId ? eq(run.projectId, projectId) : undefined,
    query.pipeline ? eq(run.pipelineName, query.pipeline) : undefined,
    query.status && query.status.length > 0 ? inArray(run.status, query.status) : undefined,
    query.trigger && query.trigger.length > 0 ? inArray(run.triggerKind, query.trigger) : undefined,
    query.search ? matches(query.search) : undefined,
    query.mine && ctx.actor.kind === "user" ? eq(run.requestedBy, ctx.actor.userId) : undefined,
    query.cursor ? after(query.cursor) : undefined,
  ];
  const rows = await selectRuns(ctx.db, and(...conditions), query.limit + 1);
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > query.limit && last ? `${last.createdAt.toISOString()} ${last.id}` : null };
}

export type RunRow = Awaited<ReturnType<typeof selectRuns>>[number];

/** Rows of runs with what a list shows of each, in one query. */
export async function selectRuns(db: Database | Transaction, where: SQL | undefined, limit: number) {
  const rows = await db
    .select({
      id: run.id,
      number: run.number,
      status: run.status,
      reason: run.reason,
      pipelineName: run.pipelineName,
      triggerKind: run.triggerKind,
      cause: run.cause,
      commit: run.commit,
      requestedBy: run.requestedBy,
      requestedByName: run.requestedByName,
      createdAt: run.createdAt,
      startedAt: run.startedAt,
      endedAt: run.endedAt,
      project: { id: project.id, slug: project.slug, title: project.title },
      stages: sql<
        StageChip[]
      >`coalesce((select json_agg(json_build_object('key', s.key, 'stage', s.stage, 'status', s.status) order by s.position) from step s where s.run_id = ${run.id}), '[]'::json)`,
      version: sql<{ id: string; version: number; modelName: string } | null>`(select json_build_object('id', v.id, 'version', v.version, 'modelName', m.name)
        from model_version v join registered_model m on m.id = v.model_id where v.run_id = ${run.id} limit 1)`,
    })
    .from(run)
    .innerJoin(project, eq(project.id, run.projectId))
    .where(where)
    .orderBy(desc(run.createdAt), desc(run.id))
    .limit(limit);
  return rows.map((row) => ({ ...row, steps: countSteps(row.stages) }));
}

function countSteps(stages: StageChip[]): { total: number; done: number; failed: number } {
  const count = (...statuses: StepStatus[]): number => stages.filter((stage) => statuses.includes(stage.status)).length;
  return { total: stages.length, done: count("succeeded", "cached", "failed", "errored", "skipped", "cancelled"), failed: count("failed", "errored") };
}

function matches(search: string): SQL | undefined {
  const pattern = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  const number = /^#?(\d{1,9})$/.exec(search)?.[1];
  return or(
    number ? eq(run.number, Number(number)) : undefined,
    ilike(run.pipelineName, pattern),
    ilike(project.slug, pattern),
    ilike(project.title, pattern),
    ilike(run.requestedByName, pattern),
  );
}

function after(cursor: string): SQL {
  const match = /^(\d{4}-\S+Z) ([0-9a-f-]{36})$/.exec(cursor);
  if (!match) throw new CoreError("INVALID", "The cursor does not belong to this list. Start from the first page.");
  return sql`(${run.createdAt}, ${run.id}) < (${match[1]}::timestamptz, ${match[2]}::uuid)`;
}
