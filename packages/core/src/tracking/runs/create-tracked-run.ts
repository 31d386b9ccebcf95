import { sql } from "drizzle-orm";
import { CHANGES_CHANNEL } from "../../kernel/changes.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { storableText } from "../../kernel/storable-text.ts";
import { generatedName } from "../domain/generated-name.ts";
import { invalidValue, type KeyValue, LIMITS, cutText, requireInt64 } from "../domain/limits.ts";
import { experimentNotFound, runNotFound } from "../domain/protocol-ids.ts";
import { RUN_NAME_TAG } from "../domain/run-name-tag.ts";
import { experimentIdIn } from "../experiments/default-experiment.ts";
import type { TrackingScope } from "../experiments/experiment.ts";
import { experimentInactive } from "../experiments/update-experiment.ts";
import { requireExperiment } from "../rights.ts";
import { checkedTag } from "./batch.ts";
import { readTrackedRuns, type TrackedRun } from "./tracked-run.ts";

/**
 * Starts a run of a client. Its name is given by `runName` or the tag `mlflow.runName` (both different is INVALID), or made
 * up. INVALID when the experiment is deleted.
 */
export async function createTrackedRun(
  ctx: CoreContext,
  input: { scope: TrackingScope; experimentId: number; userName?: string; runName?: string | null; startTime?: bigint | null; tags?: readonly KeyValue[] },
): Promise<TrackedRun> {
  const given = (input.tags ?? []).map((tag, index) => checkedTag(tag, `tags[${index}].key`));
  const name = nameOf(input.runName ?? "", given.findLast(({ key }) => key === RUN_NAME_TAG)?.value ?? "");
  const startTime = input.startTime ?? BigInt(ctx.now().getTime());
  requireInt64(startTime, "start_time", 0n);
  const experimentId = await experimentIdIn(ctx, input.scope, input.experimentId);
  await requireExperiment(ctx, experimentId, "project.write");
  const tags = [...new Map([...given.map(({ key, value }) => [key, value] as const), [RUN_NAME_TAG, name]])];
  const runId = ctx.newId();
  const { rows } = await ctx.db.execute<{ deleted: boolean }>(sql`
    with home as (
      select id, project_id, deleted_at is not null as deleted from experiment where id = ${experimentId}::int for share
    ), run as (
      insert into tracked_run (id, experiment_id, source, name, status, start_time, user_name, created_by, created_at)
      select ${runId}::uuid, id, 'client', ${name}, 'RUNNING', ${startTime.toString()}::bigint, ${cutText(input.userName ?? "", LIMITS.key)}, ${ctx.actor.name}, ${ctx.now().toISOString()}::timestamptz
      from home where not deleted returning id, experiment_id
    ), tag as (
      insert into run_tag (run_id, key, value)
      select run.id, t.key, t.value from run, unnest(${sql.param(tags.map(([key]) => key))}::text[], ${sql.param(tags.map(([, value]) => value))}::text[]) as t(key, value)
      returning 1
    )
    select home.deleted, (select count(*) from tag) as tags,
      pg_notify(${CHANGES_CHANNEL}, 'experiment:' || home.id) as experiment_told, pg_notify(${CHANGES_CHANNEL}, 'run:' || ${runId}::text) as run_told
    from home`);
  const [home] = rows;
  if (!home) throw experimentNotFound(experimentId);
  if (home.deleted) throw experimentInactive(experimentId);
  const [made] = await readTrackedRuns(ctx.db, [runId]);
  if (!made) throw runNotFound(runId);
  return made;
}

function nameOf(runName: string, tag: string): string {
  if (runName && tag && runName !== tag)
    throw new CoreError(
      "INVALID",
      `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${runName}', mlflow.runName='${tag}').`,
    );
  const name = storableText(runName || tag || generatedName());
  if (name.length > LIMITS.tagValue) throw invalidValue("run_name", `${name.slice(0, 50)}…`, `A name has at most ${LIMITS.tagValue} characters.`);
  return name;
}
