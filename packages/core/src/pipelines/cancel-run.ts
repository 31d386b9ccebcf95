import { attempt, run, step } from "@trellis/db/schema";
import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { isRunEnded, type RunStatus } from "./domain/run-state.ts";
import { requireRun } from "./require-run-row.ts";
import { recordRunEvents } from "./run-events.ts";
import { settleRun } from "./settle-run.ts";
import { wakeScheduler } from "./wake-scheduler.ts";

export const cancelRunInput = z.object({ runId: z.uuid() });

/**
 * Asks for the end of a run: what waits is cancelled at once, what runs is told to stop with its whole process tree, and the
 * run is `cancelled` when nothing of it is left. Asking again changes nothing. CONFLICT when it has ended otherwise.
 */
export async function cancelRun(ctx: CoreContext, input: z.input<typeof cancelRunInput>): Promise<{ status: RunStatus }> {
  const { run: found, project } = await requireRun(ctx, cancelRunInput.parse(input).runId, "project.write");
  const asked = await ctx.db.transaction(async (tx) => {
    const [locked] = await tx.select({ status: run.status }).from(run).where(eq(run.id, found.id)).for("update");
    const status = locked?.status ?? found.status;
    if (status === "cancelling" || status === "cancelled") return false;
    if (isRunEnded(status)) throw new CoreError("CONFLICT", `Run ${found.number} of ${project.slug} has ended already (${status}).`);
    await tx
      .update(attempt)
      .set({ cancelRequested: true })
      .where(and(eq(attempt.runId, found.id), inArray(attempt.status, ["launching", "running"])));
    const stopped = await tx
      .update(step)
      .set({ status: "cancelled", reason: `Cancelled by ${ctx.actor.name}`, endedAt: ctx.now() })
      .where(and(eq(step.runId, found.id), inArray(step.status, ["waiting", "queued"])))
      .returning({ key: step.key });
    await tx
      .update(run)
      .set({ status: "cancelling", reason: `Cancelled by ${ctx.actor.name}` })
      .where(eq(run.id, found.id));
    await recordRunEvents(tx, ctx, found.id, [
      { kind: "run.cancelling", message: `Cancelled by ${ctx.actor.name}` },
      ...stopped.map(({ key }) => ({ stepKey: key, kind: "step.cancelled" })),
    ]);
    await recordAuditEvent(tx, ctx, {
      action: "pipelines.run.cancel",
      subject: { kind: "run", id: found.id, name: `${project.slug} run ${found.number}` },
      projectId: project.id,
    });
    await announce(tx, `run:${found.id}`, `runs:${project.id}`);
    await wakeScheduler(tx);
    return true;
  });
  if (asked) await settleRun(ctx, found.id);
  const [after] = await ctx.db.select({ status: run.status }).from(run).where(eq(run.id, found.id));
  return { status: after?.status ?? "cancelling" };
}
