import { sql } from "drizzle-orm";
import type { CoreContext, Transaction } from "../../kernel/context.ts";

/** Things that are removed in one transaction; a run may have a great many points. */
const BATCH = 50;
const DAY_MS = 24 * 60 * 60 * 1000;

/** What belongs to a run by its id alone. */
const OF_RUNS = ["metric_point", "metric_latest", "run_tag", "run_param", "artifact", "run_dataset", "run_logged_model"];

/**
 * Removes runs of clients, logged models and experiments for good that were deleted more than `keepDays` days ago. Their files
 * are removed with the garbage of the artifact store. Versions of registered models have files of their own and stay.
 */
export async function removeDeleted(ctx: CoreContext, input: { keepDays: number }): Promise<{ runs: number; models: number; experiments: number }> {
  const before = sql`${new Date(ctx.now().getTime() - input.keepDays * DAY_MS).toISOString()}::timestamptz`;
  const runs = await inBatches(
    ctx,
    sql`select id from tracked_run where deleted_at < ${before} and source = 'client' limit ${BATCH} for update`,
    async (tx, ids) => {
      for (const table of OF_RUNS) await tx.execute(sql`delete from ${sql.identifier(table)} where run_id = any(${sql.param(ids)}::uuid[])`);
      await removeEdges(tx, "run", ids);
      await tx.execute(sql`delete from tracked_run where id = any(${sql.param(ids)}::uuid[])`);
    },
  );
  const models = await inBatches(
    ctx,
    // With an experiment go its models.
    sql`select id from logged_model where deleted_at < ${before} or experiment_id in (select id from experiment where deleted_at < ${before}) limit ${BATCH} for update`,
    async (tx, ids) => {
      await tx.execute(sql`delete from run_logged_model where model_id = any(${sql.param(ids)}::uuid[])`);
      await removeEdges(tx, "logged_model", ids);
      await tx.execute(sql`delete from logged_model where id = any(${sql.param(ids)}::uuid[])`);
    },
  );
  const experiments = await inBatches(
    ctx,
    sql`select id from experiment where deleted_at < ${before} and not exists (select from tracked_run r where r.experiment_id = experiment.id)
      and not exists (select from logged_model m where m.experiment_id = experiment.id) limit ${BATCH} for update`,
    async (tx, ids) => {
      await tx.execute(sql`delete from experiment where id = any(${sql.param(ids)}::int[])`);
    },
  );
  const removed = { runs, models, experiments };
  if (runs + models + experiments > 0) ctx.log.info(removed, "removed what was deleted long ago");
  return removed;
}

async function inBatches(ctx: CoreContext, select: ReturnType<typeof sql>, remove: (tx: Transaction, ids: unknown[]) => Promise<void>): Promise<number> {
  for (let total = 0; ;) {
    const removed = await ctx.db.transaction(async (tx) => {
      const { rows } = await tx.execute<{ id: unknown }>(select);
      if (rows.length > 0)
        await remove(
          tx,
          rows.map(({ id }) => id),
        );
      return rows.length;
    });
    total += removed;
    if (removed < BATCH) return total;
  }
}

async function removeEdges(tx: Transaction, kind: "run" | "logged_model", ids: unknown[]): Promise<void> {
  const list = sql`any(${sql.param(ids)}::uuid[])`;
  await tx.execute(sql`delete from lineage_edge where (from_kind = ${kind} and from_id = ${list}) or (to_kind = ${kind} and to_id = ${list})`);
}
