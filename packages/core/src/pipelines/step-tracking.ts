import { attempt, run, step, trackedRun } from "@trellis/db/schema";
import { and, eq, inArray } from "drizzle-orm";
import type { Actor, CoreContext } from "../kernel/context.ts";
import type { LiveAttempt } from "./live-attempts.ts";

/** How the code of a step reaches the portal's MLflow door. */
export type StepTracking = {
  /** Address of the portal as steps reach it, without a slash at the end. */
  url: string;
  /** The token of an attempt; the same each time, so that a submit can be repeated. A secret: never logged, stored or shown. */
  tokenOf(attemptId: string): string;
};

/**
 * Variables by which an unmodified MLflow client in a step logs into the step's own run. None when the step's file says
 * where its client logs.
 */
export async function trackingEnvironment(ctx: CoreContext, live: LiveAttempt, { url, tokenOf }: StepTracking): Promise<Record<string, string>> {
  if (live.spec.environment["MLFLOW_TRACKING_URI"] !== undefined) return {};
  const [home] = await ctx.db.select({ experimentId: trackedRun.experimentId }).from(trackedRun).where(eq(trackedRun.id, live.runId));
  if (!home) return {};
  return {
    MLFLOW_TRACKING_URI: `${url}/projects/${live.projectSlug}/mlflow`,
    MLFLOW_TRACKING_TOKEN: tokenOf(live.id),
    MLFLOW_RUN_ID: live.runId.replaceAll("-", ""),
    MLFLOW_EXPERIMENT_ID: String(home.experimentId),
  };
}

/** Who acts with the token of this attempt: the step's code, while the attempt has not ended; null afterwards. */
export async function actorOfAttempt(ctx: CoreContext, attemptId: string): Promise<Actor | null> {
  const [row] = await ctx.db
    .select({ runId: run.id, projectId: run.projectId, pipeline: run.pipelineName, number: run.number, step: step.key })
    .from(attempt)
    .innerJoin(run, eq(run.id, attempt.runId))
    .innerJoin(step, eq(step.id, attempt.stepId))
    .where(and(eq(attempt.id, attemptId), inArray(attempt.status, ["launching", "running"])));
  return row ? { kind: "attempt", attemptId, runId: row.runId, projectId: row.projectId, name: `${row.step} of ${row.pipeline} ${row.number}` } : null;
}
