import { scaffoldTask } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { authorize } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";

export type ScaffoldTask = typeof scaffoldTask.$inferSelect;

/** The task, if the actor submitted it or is an administrator; NOT_FOUND otherwise. */
export async function requireOwnTask(ctx: CoreContext, taskId: string): Promise<ScaffoldTask> {
  await authorize(ctx, "project.create");
  const [task] = await ctx.db.select().from(scaffoldTask).where(eq(scaffoldTask.id, taskId));
  const { actor } = ctx;
  if (!task || (actor.kind === "user" && actor.role !== "admin" && task.createdBy !== actor.userId)) throw notFound("Scaffold task", taskId);
  return task;
}
