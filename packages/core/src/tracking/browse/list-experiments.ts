import { experiment, project } from "@trellis/db/schema";
import { and, eq, ilike, isNotNull, isNull, or, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { projectAbilities, requireProject } from "../../catalog/index.ts";
import { authorize, visibleProjects } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError, isCoreError, notFound } from "../../kernel/errors.ts";

/** Runs of an experiment are counted up to here; the number that is one more means "more than". */
export const MAX_COUNTED_RUNS = 10_000;

export const listExperimentsInput = z.object({
  project: z.string().max(100).optional(),
  search: z.string().trim().max(200).optional(),
  state: z.enum(["active", "deleted"]).default("active"),
  cursor: z.string().max(60).optional(),
  limit: z.number().int().min(1).max(200).default(50),
});

export type ExperimentRow = {
  id: number;
  name: string;
  project: { id: string; slug: string; title: string };
  tags: Record<string, string>;
  createdAt: Date;
  deletedAt: Date | null;
  /** Runs that are not deleted, at most MAX_COUNTED_RUNS + 1. */
  runs: number;
  /** Start of the newest run. */
  lastRunAt: Date | null;
};

const columns = {
  id: experiment.id,
  name: experiment.name,
  project: { id: project.id, slug: project.slug, title: project.title },
  tags: experiment.tags,
  createdAt: experiment.createdAt,
  deletedAt: experiment.deletedAt,
  runs: sql<number>`(select count(*)::int from (select 1 from tracked_run t where t.experiment_id = experiment.id and t.deleted_at is null limit ${MAX_COUNTED_RUNS + 1}) counted)`,
  lastRun: sql<
    number | null
  >`(select t.start_time::float8 from tracked_run t where t.experiment_id = experiment.id and t.deleted_at is null order by t.start_time desc limit 1)`,
};

// What an experiment without runs is sorted by is when it was made.
const activity = sql<number>`coalesce((select max(t.start_time) from tracked_run t where t.experiment_id = experiment.id), (extract(epoch from experiment.created_at) * 1000)::bigint)::float8`;

/** Experiments of projects that the actor may see, the one with the newest run first, page by page. */
export async function listExperiments(
  ctx: CoreContext,
  input: z.input<typeof listExperimentsInput> = {},
): Promise<{ items: ExperimentRow[]; nextCursor: string | null }> {
  await authorize(ctx, "project.list");
  const query = listExperimentsInput.parse(input);
  const within = query.project ? (await requireProject(ctx, query.project)).id : null;
  const pattern = query.search ? `%${query.search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%` : null;
  const conditions: (SQL | undefined)[] = [
    visibleProjects(ctx),
    isNull(project.archivedAt),
    within ? eq(experiment.projectId, within) : undefined,
    query.state === "deleted" ? isNotNull(experiment.deletedAt) : isNull(experiment.deletedAt),
    pattern ? or(ilike(experiment.name, pattern), ilike(project.slug, pattern), ilike(project.title, pattern)) : undefined,
    query.cursor ? after(query.cursor) : undefined,
  ];
  const rows = await ctx.db
    .select({ ...columns, activity })
    .from(experiment)
    .innerJoin(project, eq(project.id, experiment.projectId))
    .where(and(...conditions))
    .orderBy(sql`${activity} desc`, sql`experiment.id desc`)
    .limit(query.limit + 1);
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return { items: shown.map(toRow), nextCursor: rows.length > query.limit && last ? `${last.activity}_${last.id}` : null };
}

function after(cursor: string): SQL {
  const [at, id] = cursor.split("_").map(Number);
  if (at === undefined || id === undefined || !Number.isFinite(at) || !Number.isSafeInteger(id))
    throw new CoreError("INVALID", "This is not a cursor of the list of experiments.");
  return sql`(${activity}, experiment.id) < (${at}::float8, ${id}::int)`;
}

type SelectedRow = Omit<ExperimentRow, "lastRunAt"> & { lastRun: number | null };

function toRow({ id, name, project: of, tags, createdAt, deletedAt, runs, lastRun }: SelectedRow): ExperimentRow {
  return { id, name, project: of, tags, createdAt, deletedAt, runs, lastRunAt: lastRun === null ? null : new Date(lastRun) };
}

/** One experiment, deleted or not, and what the actor may do with it. */
export async function getExperimentPage(
  ctx: CoreContext,
  input: { experimentId: number },
): Promise<ExperimentRow & { abilities: { write: boolean; manage: boolean } }> {
  const [row] = await ctx.db
    .select(columns)
    .from(experiment)
    .innerJoin(project, eq(project.id, experiment.projectId))
    .where(eq(experiment.id, input.experimentId));
  if (!row) throw notFound("Experiment", input.experimentId);
  await authorize(ctx, "project.read", { projectId: row.project.id }).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Experiment", input.experimentId) : error;
  });
  return { ...toRow(row), abilities: await projectAbilities(ctx, row.project.id) };
}
