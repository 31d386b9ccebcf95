import { attempt, pipelineVersion, project, run, step } from "@trellis/db/schema";
import { and, eq, inArray, type SQL } from "drizzle-orm";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { runSteps, type StepSpec } from "./domain/pipeline-spec.ts";
import type { ExecutionHandle } from "./ports.ts";
import { asPipelineSpec } from "./project-spec.ts";

/** An attempt with all that is needed to prepare, watch and end it. */
export type LiveAttempt = {
  id: string;
  number: number;
  status: "launching" | "running";
  handle: ExecutionHandle | null;
  cancelRequested: boolean;
  timedOut: boolean;
  metricsOffset: number;
  runId: string;
  runNumber: number;
  commit: string;
  lockDigest: string;
  codeDigest: string | null;
  pipelineName: string;
  parameters: Record<string, string | number | boolean>;
  projectId: string;
  projectSlug: string;
  repository: string;
  stepId: string;
  stepPosition: number;
  needs: string[];
  /** Results of equal content may be used. */
  useCache: boolean;
  spec: StepSpec;
};

/** Attempts that have not ended, oldest first; at most 1,000. */
export async function selectLiveAttempts(db: CoreContext["db"] | Transaction, where?: SQL): Promise<LiveAttempt[]> {
  const rows = await db
    .select({ attempt, run, step, project: { slug: project.slug, repository: project.repository }, pipeline: pipelineVersion.spec })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .innerJoin(step, eq(step.id, attempt.stepId))
    .innerJoin(project, eq(project.id, run.projectId))
    .innerJoin(pipelineVersion, eq(pipelineVersion.id, run.pipelineVersionId))
    .where(and(inArray(attempt.status, ["launching", "running"]), where))
    .orderBy(attempt.id)
    .limit(1_000);
  return rows.flatMap((row) => {
    const spec = runSteps(asPipelineSpec(row.pipeline)).find((candidate) => candidate.key === row.step.key);
    if (!spec || (row.attempt.status !== "launching" && row.attempt.status !== "running")) return [];
    return [
      {
        id: row.attempt.id,
        number: row.attempt.number,
        status: row.attempt.status,
        handle: asHandle(row.attempt.handle),
        cancelRequested: row.attempt.cancelRequested,
        timedOut: row.attempt.timedOut,
        metricsOffset: row.attempt.metricsOffset,
        runId: row.run.id,
        runNumber: row.run.number,
        commit: row.run.commit,
        lockDigest: row.run.lockDigest ?? "",
        codeDigest: row.run.codeDigest,
        pipelineName: row.run.pipelineName,
        parameters: row.run.parameters,
        projectId: row.run.projectId,
        projectSlug: row.project.slug,
        repository: row.project.repository,
        stepId: row.step.id,
        stepPosition: row.step.position,
        needs: row.step.needs,
        useCache: row.step.useCache,
        spec,
      },
    ];
  });
}

/** The column holds what an executor gave. */
function asHandle(stored: unknown): ExecutionHandle | null {
  return stored as ExecutionHandle | null;
}
