import { experiment, trackedRun } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import type { CoreContext, Transaction } from "../kernel/context.ts";

export type PipelineRunOpening = {
  /** Id of the pipeline's run, and so of the tracked run. */
  runId: string;
  projectId: string;
  pipelineName: string;
  number: number;
  userName: string;
  createdBy: string | null;
};

/**
 * Opens the tracked run of a pipeline's run, in the experiment that is named like the pipeline, in the transaction that
 * makes the run: whatever its steps or a client inside them log lands under one id.
 */
export async function openPipelineRun(tx: Transaction, ctx: CoreContext, opening: PipelineRunOpening): Promise<void> {
  await tx
    .insert(experiment)
    .values({ projectId: opening.projectId, name: opening.pipelineName, createdBy: opening.createdBy, createdAt: ctx.now(), updatedAt: ctx.now() })
    .onConflictDoNothing();
  const [home] = await tx
    .select({ id: experiment.id })
    .from(experiment)
    .where(and(eq(experiment.projectId, opening.projectId), eq(experiment.name, opening.pipelineName)));
  if (!home) throw new Error(`Experiment ${opening.pipelineName} of project ${opening.projectId} vanished while a run was opened`);
  await tx.insert(trackedRun).values({
    id: opening.runId,
    experimentId: home.id,
    source: "pipeline",
    name: `${opening.pipelineName} ${opening.number}`,
    status: "SCHEDULED",
    startTime: ctx.now().getTime(),
    userName: opening.userName,
    createdBy: opening.createdBy,
    createdAt: ctx.now(),
  });
}

/** Says that the pipeline's run runs now. */
export async function beginPipelineRun(tx: Transaction, ctx: CoreContext, runId: string): Promise<void> {
  await tx.update(trackedRun).set({ status: "RUNNING", startTime: ctx.now().getTime() }).where(eq(trackedRun.id, runId));
}

/** Says how the pipeline's run ended. */
export async function endPipelineRun(tx: Transaction, ctx: CoreContext, input: { runId: string; status: "FINISHED" | "FAILED" | "KILLED" }): Promise<void> {
  await tx.update(trackedRun).set({ status: input.status, endTime: ctx.now().getTime() }).where(eq(trackedRun.id, input.runId));
}
