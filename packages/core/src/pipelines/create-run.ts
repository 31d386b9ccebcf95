import { run, runCounter, step } from "@trellis/db/schema";
import { and, eq, sql } from "drizzle-orm";
import { recordAuditEvent } from "../audit/index.ts";
import type { Project } from "../catalog/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { recordEdge } from "../lineage/index.ts";
import { openPipelineRun, recordDatasetVersion } from "../tracking/index.ts";
import { copyStepResults } from "./copy-step-results.ts";
import { ENVIRONMENT_STEP, type ParameterValue, runSteps, type StepSpec } from "./domain/pipeline-spec.ts";
import { waitingReason } from "./domain/run-plan.ts";
import { isStepGood, type RunStatus, type StepStatus } from "./domain/run-state.ts";
import type { TriggerKind } from "./domain/trigger.ts";
import type { CurrentPipeline } from "./project-spec.ts";
import { recordRunEvents } from "./run-events.ts";
import type { RunSources } from "./run-sources.ts";
import { wakeScheduler } from "./wake-scheduler.ts";

export type RunTrigger = {
  kind: TriggerKind;
  /** Natural key of the firing; the same firing twice gives one run. */ key: string;
  cause?: Record<string, unknown>;
};

export type RunDraft = {
  project: Project;
  pipeline: CurrentPipeline;
  parameters: Record<string, ParameterValue>;
  sources: RunSources;
  trigger: RunTrigger;
  retryOf?: string;
  backfillId?: string;
  /** Runs only this step, which must not be reused; all others are reused or left out. */
  onlyStep?: string;
  /** Steps of the earlier run whose results are used: key → id of the step. */
  reuse?: ReadonlyMap<string, string>;
  /** Steps that run even if a result of equal content is there; true = all. */
  noCache?: boolean | readonly string[];
};

export type StartedRun = { runId: string; number: number; /** False when this firing had made the run before. */ created: boolean; status: RunStatus };

/** The run that a firing has made already, if any. */
export async function findFiredRun(db: CoreContext["db"] | Transaction, project: Project, pipelineName: string, key: string): Promise<StartedRun | null> {
  const [found] = await db
    .select({ runId: run.id, number: run.number, status: run.status })
    .from(run)
    .where(and(eq(run.projectId, project.id), eq(run.pipelineName, pipelineName), eq(run.triggerKey, key)));
  return found ? { ...found, created: false } : null;
}

/** Writes a run with all its steps; the scheduler takes it from there. */
export async function createRun(ctx: CoreContext, draft: RunDraft): Promise<StartedRun> {
  return ctx.db.transaction(async (tx) => {
    const number = await nextNumber(tx, draft.project.id);
    // The counter's row lock puts two firings of one key in order: the second finds the run of the first.
    const fired = await findFiredRun(tx, draft.project, draft.pipeline.name, draft.trigger.key);
    if (fired) {
      await tx
        .update(runCounter)
        .set({ lastNumber: number - 1 })
        .where(eq(runCounter.projectId, draft.project.id));
      return fired;
    }
    const runId = ctx.newId();
    await insertRun(tx, ctx, draft, runId, number);
    await openPipelineRun(tx, ctx, {
      runId,
      projectId: draft.project.id,
      pipelineName: draft.pipeline.name,
      number,
      userName: ctx.actor.name,
      createdBy: ctx.actor.kind === "user" ? ctx.actor.userId : null,
    });
    const steps = planSteps(draft);
    await tx.insert(step).values(steps.map((planned, position) => stepRow(ctx, draft, runId, planned, position)));
    if (draft.reuse && draft.retryOf) {
      await copyStepResults(tx, { fromRunId: draft.retryOf, toRunId: runId, stepKeys: [...draft.reuse.keys()] });
      await recordEdge(tx, ctx, {
        from: { kind: "run", id: draft.retryOf },
        to: { kind: "run", id: runId },
        relation: "resumed_as",
        projectId: draft.project.id,
      });
    }
    for (const { name, files } of draft.sources.datasets) {
      const version = await recordDatasetVersion(tx, ctx, { projectId: draft.project.id, name, commit: draft.pipeline.commit, files });
      await recordEdge(tx, ctx, {
        from: { kind: "dataset_version", id: version.versionId },
        to: { kind: "run", id: runId },
        relation: "trained_on",
        projectId: draft.project.id,
      });
    }
    await recordRunEvents(tx, ctx, runId, [
      { kind: "run.queued", message: triggerWords(draft, ctx.actor.name) },
      ...steps
        .filter((planned) => planned.status !== "waiting")
        .map((planned) => ({ stepKey: planned.spec.key, kind: `step.${planned.status}`, message: planned.reason })),
    ]);
    await recordAuditEvent(tx, ctx, {
      action: "pipelines.run.start",
      subject: { kind: "run", id: runId, name: `${draft.project.slug} run ${number}` },
      projectId: draft.project.id,
      data: { pipeline: draft.pipeline.name, trigger: draft.trigger.kind, commit: draft.pipeline.commit, parameters: draft.parameters },
    });
    await announce(tx, `run:${runId}`, `runs:${draft.project.id}`, `project:${draft.project.id}`);
    await wakeScheduler(tx);
    return { runId, number, created: true, status: "queued" };
  });
}

async function nextNumber(tx: Transaction, projectId: string): Promise<number> {
  const [counter] = await tx
    .insert(runCounter)
    .values({ projectId, lastNumber: 1 })
    .onConflictDoUpdate({ target: runCounter.projectId, set: { lastNumber: sql`${runCounter.lastNumber} + 1` } })
    .returning({ lastNumber: runCounter.lastNumber });
  if (!counter) throw new Error(`No run number for project ${projectId}`);
  return counter.lastNumber;
}

async function insertRun(tx: Transaction, ctx: CoreContext, draft: RunDraft, id: string, number: number): Promise<void> {
  const { actor } = ctx;
  await tx.insert(run).values({
    id,
    number,
    projectId: draft.project.id,
    pipelineVersionId: draft.pipeline.versionId,
    pipelineName: draft.pipeline.name,
    triggerKind: draft.trigger.kind,
    triggerKey: draft.trigger.key,
    cause: draft.trigger.cause ?? {},
    parameters: draft.parameters,
    commit: draft.pipeline.commit,
    priority: draft.pipeline.spec.priority,
    concurrency: draft.pipeline.spec.concurrency,
    lockDigest: draft.sources.lockDigest,
    codeDigest: draft.sources.codeDigest,
    dataDigest: draft.sources.dataDigest,
    requestedBy: actor.kind === "user" ? actor.userId : null,
    requestedByName: actor.name,
    retryOf: draft.retryOf ?? null,
    backfillId: draft.backfillId ?? null,
    onlyStep: draft.onlyStep ?? null,
    createdAt: ctx.now(),
  });
}

type PlannedRow = { spec: StepSpec; needs: string[]; status: StepStatus; reason: string; depsLeft: number };

function planSteps({ pipeline, sources, reuse, onlyStep }: RunDraft): PlannedRow[] {
  const specs = runSteps(pipeline.spec);
  const given = specs.map((spec) => {
    const reused = reuse?.has(spec.key) ?? false;
    const cached = spec.key === ENVIRONMENT_STEP ? sources.environmentReady : reused;
    // A resumed step may need only reused ones; it must still wait for an environment that is yet to be made.
    const needs = reuse && !reused && !sources.environmentReady && spec.key !== ENVIRONMENT_STEP ? [...new Set([ENVIRONMENT_STEP, ...spec.needs])] : spec.needs;
    const leftOut = onlyStep !== undefined && !cached && spec.key !== onlyStep && spec.key !== ENVIRONMENT_STEP;
    return { spec, key: spec.key, needs, status: (cached ? "cached" : leftOut ? "skipped" : "waiting") as StepStatus };
  });
  const good = new Set(given.filter((one) => isStepGood(one.status)).map((one) => one.key));
  return given.map((one) => {
    if (one.status === "skipped") return { ...one, depsLeft: 0, reason: `Left out: this run is of ${onlyStep} only` };
    const depsLeft = one.status === "cached" ? 0 : one.needs.filter((need) => !good.has(need)).length;
    if (one.status === "cached")
      return {
        ...one,
        depsLeft,
        reason:
          one.key === ENVIRONMENT_STEP
            ? "The environment of this lock file exists already."
            : onlyStep
              ? "Its results of the earlier run are used."
              : "Reused from the run that this one resumes.",
      };
    return depsLeft === 0 ? { ...one, depsLeft, status: "queued", reason: "" } : { ...one, depsLeft, reason: waitingReason(one, given) };
  });
}

function stepRow(ctx: CoreContext, draft: RunDraft, runId: string, planned: PlannedRow, position: number): typeof step.$inferInsert {
  const now = ctx.now();
  return {
    id: ctx.newId(),
    runId,
    key: planned.spec.key,
    position,
    stage: planned.spec.stage,
    status: planned.status,
    reason: planned.reason,
    needs: planned.needs,
    depsLeft: planned.depsLeft,
    queuedAt: planned.status === "queued" ? now : null,
    endedAt: planned.status === "cached" || planned.status === "skipped" ? now : null,
    reusedFrom: draft.reuse?.get(planned.spec.key) ?? null,
    useCache: planned.spec.cache && !leavesCacheOut(draft, planned.spec.key),
    cpu: planned.spec.resources.cpu,
    memoryBytes: planned.spec.resources.memoryBytes,
  };
}

/** A resumed run computes what it does not reuse: that is why it was asked for. */
function leavesCacheOut({ noCache = false, reuse }: RunDraft, stepKey: string): boolean {
  return reuse !== undefined || noCache === true || (noCache !== false && noCache.includes(stepKey));
}

function triggerWords({ trigger }: RunDraft, actorName: string): string {
  const summary = trigger.cause?.["summary"];
  const words: Record<TriggerKind, string> = {
    manual: `Started by ${actorName}`,
    pipeline: "Started by another pipeline",
    webhook: "Started by a webhook",
    backfill: `Backfill by ${actorName}`,
    scaffold: `First run of a new project, for ${actorName}`,
    schedule: "Started by its schedule",
    push: "Started by a push",
    data: "Started by new data",
    drift: "Started by a drift alert",
    retry: `Resumed by ${actorName}`,
  };
  return typeof summary === "string" ? `${words[trigger.kind]}: ${summary}` : words[trigger.kind];
}
