import { scaffoldStep, scaffoldTask } from "@trellis/db/schema";
import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { assertMove } from "../kernel/state-machine.ts";
import { SCAFFOLD_MOVES } from "./domain/task-state.ts";
import { requireOwnTask } from "./require-own-task.ts";

export const cancelScaffoldTaskInput = z.object({ taskId: z.uuid() });

/** Stops a task before its next step. What exists stays; without a project the name is free again. Twice is once. */
export async function cancelScaffoldTask(ctx: CoreContext, input: z.infer<typeof cancelScaffoldTaskInput>): Promise<void> {
  const task = await requireOwnTask(ctx, input.taskId);
  if (task.status === "cancelled") return;
  assertMove(SCAFFOLD_MOVES, `The creation of ${task.slug}`, task.status, "cancelled");
  const name = ctx.actor.name;
  await ctx.db.transaction(async (tx) => {
    const [moved] = await tx
      .update(scaffoldTask)
      .set({ status: "cancelled", reason: `Cancelled by ${name}.`, endedAt: ctx.now() })
      .where(and(eq(scaffoldTask.id, task.id), inArray(scaffoldTask.status, ["queued", "running", "failed"])))
      .returning({ id: scaffoldTask.id });
    if (!moved) throw new CoreError("CONFLICT", `The creation of ${task.slug} has ended meanwhile. Look at it again.`);
    await tx
      .update(scaffoldStep)
      .set({ status: "cancelled" })
      .where(and(eq(scaffoldStep.taskId, task.id), eq(scaffoldStep.status, "queued")));
    await recordAuditEvent(tx, ctx, { action: "scaffolder.task.cancel", subject: { kind: "scaffold-task", id: task.id, name: task.slug } });
    await announce(tx, `scaffold-task:${task.id}`);
  });
}
