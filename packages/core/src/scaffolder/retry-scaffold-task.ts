import { scaffoldStep, scaffoldTask } from "@trellis/db/schema";
import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { assertMove } from "../kernel/state-machine.ts";
import { SCAFFOLD_MOVES } from "./domain/task-state.ts";
import { scaffoldExecute } from "./jobs.ts";
import { requireOwnTask } from "./require-own-task.ts";

export const retryScaffoldTaskInput = z.object({ taskId: z.uuid() });

/** Goes on with a failed task from the step that failed; what was done stays done. CONFLICT when it has not failed. */
export async function retryScaffoldTask(ctx: CoreContext, input: z.infer<typeof retryScaffoldTaskInput>): Promise<void> {
  const task = await requireOwnTask(ctx, input.taskId);
  assertMove(SCAFFOLD_MOVES, `The creation of ${task.slug}`, task.status, "queued");
  await ctx.db.transaction(async (tx) => {
    const [moved] = await tx
      .update(scaffoldTask)
      .set({ status: "queued", reason: "", endedAt: null })
      .where(and(eq(scaffoldTask.id, task.id), eq(scaffoldTask.status, "failed")))
      .returning({ id: scaffoldTask.id });
    if (!moved) throw new CoreError("CONFLICT", `The creation of ${task.slug} has moved on meanwhile. Look at it again.`);
    await tx
      .update(scaffoldStep)
      .set({ status: "queued", error: null, startedAt: null, endedAt: null })
      .where(and(eq(scaffoldStep.taskId, task.id), inArray(scaffoldStep.status, ["failed", "running"])));
    await recordAuditEvent(tx, ctx, { action: "scaffolder.task.retry", subject: { kind: "scaffold-task", id: task.id, name: task.slug } });
    await enqueueJob(tx, scaffoldExecute, { taskId: task.id }, { key: task.id });
    await announce(tx, `scaffold-task:${task.id}`);
  });
}
