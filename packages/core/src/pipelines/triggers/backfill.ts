import { backfill, run } from "@trellis/db/schema";
import { and, asc, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../../audit/index.ts";
import { requireProject } from "../../catalog/index.ts";
import { enqueueJob } from "../../jobs/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { Actor, CoreContext } from "../../kernel/context.ts";
import { CoreError, isCoreError, notFound } from "../../kernel/errors.ts";
import { cancelRun } from "../cancel-run.ts";
import { createRun } from "../create-run.ts";
import { DATE_STEPS, datesBetween, isDay, MAX_DATES } from "../domain/date-range.ts";
import type { RunStatus } from "../domain/run-state.ts";
import { pipelinesBackfill } from "../jobs.ts";
import { currentPipeline } from "../project-spec.ts";
import { readRunSources } from "../run-sources.ts";
import { noCacheInput, requireParameters } from "../start-run.ts";

const day = z.string().refine(isDay, "Write a day that exists, e.g. 2001-02-28.");

export const startBackfillInput = z.object({
  /** Id or slug. */
  project: z.string(),
  pipeline: z.string(),
  /** The parameter that is given the date, as an ISO day. */
  parameter: z.string(),
  from: day,
  /** Included. */
  to: day,
  every: z.enum(DATE_STEPS).default("day"),
  /** The other parameters. */
  parameters: z.record(z.string(), z.unknown()).default({}),
  /** Runs that go on at the same time. */
  concurrency: z.number().int().min(1).max(100).default(2),
  noCache: noCacheInput,
});

/**
 * Starts one run for each date of a range, oldest first, so many at a time. The runs are made in the background; dates that
 * cannot be run with these parameters are refused now (INVALID), before the first.
 */
export async function startBackfill(ctx: CoreContext, input: z.input<typeof startBackfillInput>): Promise<{ backfillId: string; dates: string[] }> {
  const parsed = startBackfillInput.parse(input);
  const project = await requireProject(ctx, parsed.project, "project.write");
  const { spec } = await currentPipeline(ctx, project, parsed.pipeline);
  const dates = datesBetween(parsed.from, parsed.to, parsed.every);
  if (dates.length === 0) throw invalid("to", `${parsed.to} is before ${parsed.from}. Choose a later end.`);
  if (dates.length > MAX_DATES)
    throw invalid("to", `From ${parsed.from} to ${parsed.to} are more than ${MAX_DATES} dates. Choose a shorter range or longer steps.`);
  if (spec.parameters[parsed.parameter] && spec.parameters[parsed.parameter]?.type !== "string")
    throw invalid("parameter", `${parsed.parameter} is a ${spec.parameters[parsed.parameter]?.type}; a date needs a parameter of type string.`);
  for (const date of dates) requireParameters(spec.parameters, { ...parsed.parameters, [parsed.parameter]: date });
  const { [parsed.parameter]: _, ...parameters } = requireParameters(spec.parameters, { ...parsed.parameters, [parsed.parameter]: dates[0] });
  const id = ctx.newId();
  await ctx.db.transaction(async (tx) => {
    await tx.insert(backfill).values({
      id,
      projectId: project.id,
      pipelineName: parsed.pipeline,
      parameter: parsed.parameter,
      dates,
      parameters,
      concurrency: parsed.concurrency,
      noCache: parsed.noCache,
      requestedBy: ctx.actor.kind === "user" ? ctx.actor.userId : null,
      requestedByName: ctx.actor.name,
      createdAt: ctx.now(),
    });
    await recordAuditEvent(tx, ctx, {
      action: "pipelines.backfill.start",
      subject: { kind: "project", id: project.id, name: project.slug },
      projectId: project.id,
      data: { backfillId: id, pipeline: parsed.pipeline, parameter: parsed.parameter, from: dates[0], to: dates.at(-1), runs: dates.length },
    });
    await enqueueJob(tx, pipelinesBackfill, { backfillId: id }, { key: id });
    await announce(tx, `project:${project.id}`);
  });
  return { backfillId: id, dates };
}

/** Makes the runs that a backfill still lacks; the date is the key, so a repeat makes none twice. */
export async function makeBackfillRuns(caller: CoreContext, { backfillId }: { backfillId: string }): Promise<void> {
  const [row] = await caller.db.select().from(backfill).where(eq(backfill.id, backfillId));
  if (!row) return;
  // The runs bear the name of the person who asked; what they may do was judged then.
  const actor: Actor = { kind: "system", name: row.requestedByName };
  const ctx = { ...caller, actor };
  const made = new Set(
    (await ctx.db.select({ key: run.triggerKey }).from(run).where(eq(run.backfillId, backfillId))).map(({ key }) => key.slice(key.lastIndexOf(":") + 1)),
  );
  try {
    const project = await requireProject(ctx, row.projectId);
    const pipeline = await currentPipeline(ctx, project, row.pipelineName);
    const sources = await readRunSources(ctx, project, pipeline.commit, pipeline.spec);
    for (const [index, date] of row.dates.entries()) {
      if (made.has(date)) continue;
      ctx.signal.throwIfAborted();
      const [now] = await ctx.db.select({ cancelledAt: backfill.cancelledAt }).from(backfill).where(eq(backfill.id, backfillId));
      if (now?.cancelledAt) return;
      await createRun(ctx, {
        project,
        pipeline,
        sources,
        parameters: requireParameters(pipeline.spec.parameters, { ...row.parameters, [row.parameter]: date }),
        trigger: {
          kind: "backfill",
          key: `backfill:${backfillId}:${date}`,
          cause: { backfillId, date, summary: `${date}, ${index + 1} of ${row.dates.length}` },
        },
        backfillId,
        noCache: row.noCache,
      });
    }
  } catch (error) {
    if (!isCoreError(error) || error.code === "UNAVAILABLE") throw error;
    await ctx.db.update(backfill).set({ problem: error.message }).where(eq(backfill.id, backfillId));
    await announce(ctx.db, `project:${row.projectId}`);
  }
}

export const backfillReference = z.object({ backfillId: z.uuid() });

/** A backfill with its run of each date; a date without one has not been made, or never is when it was cancelled. */
export async function getBackfill(ctx: CoreContext, input: z.input<typeof backfillReference>) {
  const { row, project } = await requireBackfill(ctx, backfillReference.parse(input).backfillId, "project.read");
  const runs = await ctx.db
    .select({ id: run.id, number: run.number, status: run.status, date: sql<string>`${run.cause}->>'date'` })
    .from(run)
    .where(eq(run.backfillId, row.id))
    .orderBy(asc(run.number));
  return { ...about(row, runs), project: { id: project.id, slug: project.slug, title: project.title }, runs };
}

/** The backfills of a project, newest first (at most 100), with how far each is. */
export async function listBackfills(ctx: CoreContext, input: { project: string }) {
  const project = await requireProject(ctx, input.project);
  const rows = await ctx.db.select().from(backfill).where(eq(backfill.projectId, project.id)).orderBy(desc(backfill.createdAt)).limit(100);
  const ids = rows.map((row) => row.id);
  const runs = await ctx.db
    .select({ backfillId: run.backfillId, status: run.status, count: sql<number>`count(*)::int` })
    .from(run)
    .where(inArray(run.backfillId, ids))
    .groupBy(run.backfillId, run.status);
  return rows.map((row) =>
    about(
      row,
      runs.filter((one) => one.backfillId === row.id).flatMap((one) => Array.from({ length: one.count }, () => ({ status: one.status }))),
    ),
  );
}

/** Makes no more runs of a backfill and cancels those that have not ended. Again: nothing changes. */
export async function cancelBackfill(ctx: CoreContext, input: z.input<typeof backfillReference>): Promise<{ cancelled: number }> {
  const { row, project } = await requireBackfill(ctx, backfillReference.parse(input).backfillId, "project.write");
  await ctx.db.transaction(async (tx) => {
    const [moved] = await tx
      .update(backfill)
      .set({ cancelledAt: ctx.now(), cancelledByName: ctx.actor.name })
      .where(and(eq(backfill.id, row.id), isNull(backfill.cancelledAt)))
      .returning({ id: backfill.id });
    if (!moved) return;
    await recordAuditEvent(tx, ctx, {
      action: "pipelines.backfill.cancel",
      subject: { kind: "project", id: project.id, name: project.slug },
      projectId: project.id,
      data: { backfillId: row.id },
    });
    await announce(tx, `project:${project.id}`);
  });
  const live = await ctx.db
    .select({ id: run.id })
    .from(run)
    .where(and(eq(run.backfillId, row.id), inArray(run.status, ["queued", "running"])))
    // The last first: else each that ends lets the next begin.
    .orderBy(desc(run.number));
  for (const { id } of live) {
    await cancelRun(ctx, { runId: id }).catch((error: unknown) => {
      if (!isCoreError(error) || error.code !== "CONFLICT") throw error;
    });
  }
  return { cancelled: live.length };
}

function about(row: typeof backfill.$inferSelect, runs: readonly { status: RunStatus }[]) {
  const count = (...statuses: RunStatus[]): number => runs.filter((one) => statuses.includes(one.status)).length;
  return {
    id: row.id,
    pipelineName: row.pipelineName,
    parameter: row.parameter,
    dates: row.dates,
    parameters: row.parameters,
    concurrency: row.concurrency,
    problem: row.problem,
    requestedByName: row.requestedByName,
    createdAt: row.createdAt,
    cancelledAt: row.cancelledAt,
    cancelledByName: row.cancelledByName,
    counts: {
      total: row.dates.length,
      made: runs.length,
      running: count("running", "cancelling"),
      queued: count("queued"),
      succeeded: count("succeeded"),
      failed: count("failed", "errored"),
      cancelled: count("cancelled"),
    },
  };
}

async function requireBackfill(ctx: CoreContext, backfillId: string, permission: "project.read" | "project.write") {
  const [row] = await ctx.db.select().from(backfill).where(eq(backfill.id, backfillId));
  if (!row) throw notFound("Backfill", backfillId);
  const project = await requireProject(ctx, row.projectId, permission).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Backfill", backfillId) : error;
  });
  return { row, project };
}

function invalid(path: string, message: string): CoreError {
  return new CoreError("INVALID", message, { issues: [{ path, message }] });
}
