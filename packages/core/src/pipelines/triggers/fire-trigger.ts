import { pipeline, pipelineTrigger, project, projectMember, triggerFire } from "@trellis/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { announce } from "../../kernel/changes.ts";
import { asSystem, type CoreContext } from "../../kernel/context.ts";
import { type CoreError, isCoreError } from "../../kernel/errors.ts";
import { notify } from "../../notifications/index.ts";
import type { StartedRun } from "../create-run.ts";
import type { TriggerSpec } from "../domain/pipeline-spec.ts";
import { fillPlaceholders } from "../domain/trigger.ts";
import type { PipelinesFire } from "../jobs.ts";
import { startRun } from "../start-run.ts";

/** The firing as a job brings it; what a message to a webhook gives lies over the file's parameters. */
export type Firing = PipelinesFire & { parameters?: Record<string, unknown> };

/**
 * Starts the run of a firing, once for each natural key however often it is asked. A run that cannot be started is written
 * down with the reason, and the project's owners are told. Null: the trigger is paused or gone.
 */
export async function fireTrigger(caller: CoreContext, firing: Firing): Promise<StartedRun | CoreError | null> {
  const ctx = asSystem(caller, "Triggers");
  const [row] = await ctx.db
    .select({ trigger: pipelineTrigger, pipelineName: pipeline.name, slug: project.slug })
    .from(pipelineTrigger)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTrigger.pipelineId))
    .innerJoin(project, eq(project.id, pipelineTrigger.projectId))
    .where(and(eq(pipelineTrigger.id, firing.triggerId), isNull(pipelineTrigger.removedAt), isNull(pipelineTrigger.pausedAt), isNull(project.archivedAt)));
  if (!row) return null;
  const spec = asTriggerSpec(row.trigger.spec);
  const started = await startRun(ctx, {
    project: row.trigger.projectId,
    pipeline: row.pipelineName,
    parameters: { ...fillPlaceholders(spec.parameters, firing.values), ...firing.parameters },
    commit: firing.commit,
    trigger: { kind: row.trigger.kind, key: `${row.trigger.kind}:${row.trigger.id}:${firing.key}`, cause: firing.cause },
  }).catch((error: unknown) => {
    if (isCoreError(error) && error.code !== "UNAVAILABLE" && error.code !== "CONFLICT") return error;
    throw error;
  });
  await ctx.db.transaction(async (tx) => {
    const refused = isCoreError(started);
    const [made] = await tx
      .insert(triggerFire)
      .values({
        triggerId: firing.triggerId,
        key: firing.key,
        runId: refused ? null : started.runId,
        message: refused ? started.message : "",
        at: ctx.now(),
      })
      .onConflictDoNothing()
      .returning({ seq: triggerFire.seq });
    if (!made) return;
    await announce(tx, `project:${row.trigger.projectId}`);
    if (!refused) return;
    const owners = await tx
      .select({ userId: projectMember.userId })
      .from(projectMember)
      .where(and(eq(projectMember.projectId, row.trigger.projectId), eq(projectMember.role, "owner")));
    await notify(tx, ctx, {
      userIds: owners.map((owner) => owner.userId),
      kind: "run_failed",
      title: `No run of ${row.pipelineName} could be started`,
      body: `${row.trigger.name}: ${started.message}`,
      href: `/projects/${row.slug}`,
    });
  });
  return started;
}

/** The column holds what `syncTriggers` wrote, which is a checked spec. */
export function asTriggerSpec(stored: unknown): TriggerSpec {
  return stored as TriggerSpec;
}
