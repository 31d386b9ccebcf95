import { sql } from "drizzle-orm";
import type { Transaction } from "../kernel/context.ts";

/** Gives a run the files, metrics and parameters of the earlier steps that it uses, as if they had run in it. */
export async function copyStepResults(tx: Transaction, copy: { fromRunId: string; toRunId: string; stepKeys: string[] }): Promise<void> {
  const { fromRunId, toRunId } = copy;
  const keys = sql`any(${sql.param(copy.stepKeys)}::text[])`;
  await tx.execute(sql`insert into artifact (id, run_id, step_key, attempt_id, path, digest, size_bytes, executable, created_at)
    select gen_random_uuid(), ${toRunId}::uuid, step_key, attempt_id, path, digest, size_bytes, executable, created_at from artifact where run_id = ${fromRunId} and step_key = ${keys} on conflict do nothing`);
  await tx.execute(sql`insert into metric_point (run_id, key, timestamp, step, value, step_key)
    select ${toRunId}::uuid, key, timestamp, step, value, step_key from metric_point where run_id = ${fromRunId} and step_key = ${keys} on conflict do nothing`);
  await tx.execute(sql`insert into metric_latest (run_id, key, value, step, timestamp, step_key, points, experiment_id)
    select ${toRunId}::uuid, key, value, step, timestamp, step_key, points, experiment_id from metric_latest where run_id = ${fromRunId} and step_key = ${keys} on conflict do nothing`);
  await tx.execute(sql`insert into run_param (run_id, key, value, step_key)
    select ${toRunId}::uuid, key, value, step_key from run_param where run_id = ${fromRunId} and step_key = ${keys} on conflict do nothing`);
  await tx.execute(
    sql`update step set summary = earlier.summary from step earlier where step.run_id = ${toRunId} and step.key = ${keys} and earlier.id = step.reused_from`,
  );
}
