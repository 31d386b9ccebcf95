import { experiment, trackedRun } from "@trellis/db/schema";
import { and, eq, sql } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { authorizeRecently, requireExperiment } from "../rights.ts";
import { nameTaken } from "./create-experiment.ts";

/**
 * Moves an experiment with its runs and models to another project; its number stays, so clients go on as before. The actor
 * must be allowed to write to both. CONFLICT when the name is taken there, INVALID when it holds runs of a pipeline.
 */
export async function moveExperiment(ctx: CoreContext, input: { experimentId: number; projectId: string }): Promise<void> {
  const { id, projectId, name } = await requireExperiment(ctx, input.experimentId, "project.write");
  await authorizeRecently(ctx, "project.write", input.projectId);
  if (projectId === input.projectId) return;
  await ctx.db.transaction(async (tx) => {
    const [taken] = await tx
      .select({ id: experiment.id })
      .from(experiment)
      .where(and(eq(experiment.projectId, input.projectId), eq(experiment.name, name)));
    if (taken) throw nameTaken(name);
    const ofPipeline = await tx.$count(trackedRun, and(eq(trackedRun.experimentId, id), eq(trackedRun.source, "pipeline")));
    if (ofPipeline > 0) throw new CoreError("INVALID", `Experiment ${id} holds runs of the pipeline ${name} and stays in its project.`);
    await tx.update(experiment).set({ projectId: input.projectId, updatedAt: ctx.now() }).where(eq(experiment.id, id));
    await tx.execute(sql`update lineage_edge set project_id = ${input.projectId}::uuid
      where to_kind = 'run' and project_id = ${projectId}::uuid and to_id in (select id from tracked_run where experiment_id = ${id})`);
    for (const end of [projectId, input.projectId])
      await recordAuditEvent(tx, ctx, {
        action: "tracking.experiment.move",
        subject: { kind: "experiment", id: String(id), name },
        projectId: end,
        data: { from: projectId, to: input.projectId },
      });
    await announce(tx, `experiments:${projectId}`, `experiments:${input.projectId}`, `experiment:${id}`);
  });
}
