import { buffer } from "node:stream/consumers";
import { metricLatest, pipelineVersion, project as projectTable, run, runParam, step } from "@trellis/db/schema";
import { asc, eq, sql } from "drizzle-orm";
import { recordAuditEvent } from "../audit/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import { announce } from "../kernel/changes.ts";
import { asSystem, type CoreContext, type Transaction } from "../kernel/context.ts";
import { CoreError, isCoreError } from "../kernel/errors.ts";
import { storableText } from "../kernel/storable-text.ts";
import { notify } from "../notifications/index.ts";
import { DESCRIPTOR_FILE, type ModelVersionDraft, parseModelDescriptor, registerModelVersion, type RegisteredVersion } from "../registry/index.ts";
import { endPipelineRun, filesOfStep } from "../tracking/index.ts";
import { ArtifactStoreCapability } from "../tracking/ports.ts";
import type { PipelineSpec } from "./domain/pipeline-spec.ts";
import { isRunEnded, type RunStatus, runVerdict } from "./domain/run-state.ts";
import { isAutomatic, type TriggerKind } from "./domain/trigger.ts";
import { runFinished, versionRegistered } from "./jobs.ts";
import { asPipelineSpec } from "./project-spec.ts";
import { repeatedVersion } from "./reproduce-version.ts";
import type { Run } from "./require-run-row.ts";
import { recordRunEvents } from "./run-events.ts";

const CARD_FILE = "card.md";
const MAX_DESCRIPTOR_BYTES = 1024 * 1024;
const MAX_CARD_BYTES = 200_000;

const TRACKED_STATUS = { succeeded: "FINISHED", failed: "FAILED", errored: "FAILED", cancelled: "KILLED" } as const;

type Ending = { status: "succeeded" | "failed" | "errored" | "cancelled"; reason: string };

/**
 * Ends a run none of whose steps is left to do; does nothing otherwise, and nothing twice. The model that the pipeline
 * registers becomes a version in the same transaction; if it cannot, the run fails and says why. Returns the new status.
 */
export async function settleRun(caller: CoreContext, runId: string): Promise<RunStatus | null> {
  const ctx = asSystem(caller, "pipelines");
  const [found] = await ctx.db
    .select({ run, spec: pipelineVersion.spec })
    .from(run)
    .innerJoin(pipelineVersion, eq(pipelineVersion.id, run.pipelineVersionId))
    .where(eq(run.id, runId));
  if (!found || isRunEnded(found.run.status)) return null;
  const spec = asPipelineSpec(found.spec);
  const planned = await endingOf(ctx.db, found.run);
  if (!planned) return null;
  const known = planned.status === "succeeded" && spec.register && !found.run.onlyStep ? await versionThatStands(ctx, found.run, spec.register) : null;
  const draft =
    planned.status === "succeeded" && spec.register && !known && !found.run.onlyStep ? await draftVersion(ctx, found.run, spec, spec.register) : null;
  return ctx.db.transaction(async (tx) => {
    const [locked] = await tx.select().from(run).where(eq(run.id, runId)).for("update");
    if (!locked || isRunEnded(locked.status)) return null;
    const ending = await endingOf(tx, locked);
    if (!ending) return null;
    if (ending.status === "succeeded" && known) return finish(tx, ctx, locked, { status: "succeeded", reason: known }, spec, null);
    if (ending.status !== "succeeded" || !draft) return finish(tx, ctx, locked, ending, spec, null);
    if (isCoreError(draft)) return finish(tx, ctx, locked, { status: "failed", reason: `The model could not be registered: ${draft.message}` }, spec, null);
    const registered = await tryRegister(tx, ctx, draft);
    if (isCoreError(registered))
      return finish(tx, ctx, locked, { status: "failed", reason: `The model could not be registered: ${registered.message}` }, spec, null);
    return finish(tx, ctx, locked, ending, spec, registered);
  });
}

async function endingOf(db: CoreContext["db"] | Transaction, { id, status, reason }: Run): Promise<Ending | null> {
  const steps = await db.select({ key: step.key, status: step.status, reason: step.reason }).from(step).where(eq(step.runId, id)).orderBy(asc(step.position));
  const verdict = runVerdict(steps.map((row) => row.status));
  if (!verdict) return null;
  if (status === "cancelling") return { status: "cancelled", reason };
  const culprit = steps.find((row) => row.status === verdict);
  const words = { failed: "failed", errored: "could not be completed", cancelled: "was cancelled" };
  return {
    status: verdict,
    reason: verdict === "succeeded" || !culprit ? "" : `Step ${culprit.key} ${words[verdict]}${culprit.reason ? `: ${culprit.reason}` : ""}`,
  };
}

async function finish(
  tx: Transaction,
  ctx: CoreContext,
  row: Run,
  ending: Ending,
  spec: PipelineSpec,
  registered: RegisteredVersion | null,
): Promise<RunStatus> {
  const [owner] = await tx.select({ slug: projectTable.slug }).from(projectTable).where(eq(projectTable.id, row.projectId));
  const name = `${owner?.slug ?? ""} run ${row.number}`;
  await tx.update(run).set({ status: ending.status, reason: ending.reason, endedAt: ctx.now() }).where(eq(run.id, row.id));
  await endPipelineRun(tx, ctx, { runId: row.id, status: TRACKED_STATUS[ending.status] });
  const version = registered && spec.register ? [{ kind: "version.registered", message: `${spec.register.model} v${registered.version}` }] : [];
  await recordRunEvents(tx, ctx, row.id, [...version, { kind: `run.${ending.status}`, message: ending.reason }]);
  await recordAuditEvent(tx, ctx, {
    action: "pipelines.run.finish",
    subject: { kind: "run", id: row.id, name },
    projectId: row.projectId,
    data: { status: ending.status, reason: ending.reason },
  });
  await enqueueJob(tx, runFinished, {
    runId: row.id,
    projectId: row.projectId,
    pipelineName: row.pipelineName,
    status: ending.status,
    triggerKind: row.triggerKind,
  });
  if (registered) {
    await enqueueJob(tx, versionRegistered, {
      versionId: registered.versionId,
      modelId: registered.modelId,
      version: registered.version,
      projectId: row.projectId,
      runId: row.id,
      deployEnvironment: spec.deploy?.environment ?? null,
      runTriggeredAutomatically: isAutomatic(originalTrigger(row)),
    });
  }
  if (row.requestedBy && (ending.status === "failed" || ending.status === "errored")) {
    await notify(tx, ctx, {
      userIds: [row.requestedBy],
      kind: "run_failed",
      title: `Run ${row.number} of ${owner?.slug ?? ""} failed`,
      body: ending.reason,
      href: `/projects/${owner?.slug ?? ""}/runs/${row.number}`,
    });
  }
  await announce(tx, `run:${row.id}`, `runs:${row.projectId}`, `project:${row.projectId}`);
  return ending.status;
}

/** A resumed run acts for the run that it resumes. */
function originalTrigger({ triggerKind, cause }: Run): TriggerKind {
  return triggerKind === "retry" ? ((cause["originalKind"] as TriggerKind | undefined) ?? "manual") : triggerKind;
}

/** A refusal undoes only the registration (a savepoint), not the end of the run. */
async function tryRegister(tx: Transaction, ctx: CoreContext, draft: ModelVersionDraft): Promise<RegisteredVersion | CoreError> {
  try {
    return await tx.transaction(async (inner) => registerModelVersion(inner, ctx, draft));
  } catch (error) {
    if (isCoreError(error)) return error;
    throw error;
  }
}

/** Why a good run leaves no version: the step that makes the model was skipped, or its result is a version already. Null: it leaves one. */
async function versionThatStands(ctx: CoreContext, row: Run, register: NonNullable<PipelineSpec["register"]>): Promise<string | null> {
  if (repeatedVersion(row.cause)) return "It repeats a model version, so it registers none";
  const { rows } = await ctx.db.execute<{ status: string; version: number | null; runNumber: number | null }>(sql`
    select s.status, v.version, r.number as "runNumber" from step s
    left join step e on e.id = s.reused_from left join run r on r.id = e.run_id
    left join model_version v on v.run_id = e.run_id and v.origin = 'pipeline' and v.deleted_at is null
    left join registered_model m on m.id = v.model_id and m.name = ${register.model}
    where s.run_id = ${row.id} and s.key = ${register.from} and (v.id is null or m.id is not null) order by v.version desc nulls last limit 1`);
  const [made] = rows;
  if (made?.status === "skipped") return `No model version: step ${register.from} was skipped`;
  return made?.version ? `Nothing has changed: the model is ${register.model} v${made.version} of run ${made.runNumber}` : null;
}

async function draftVersion(
  ctx: CoreContext,
  row: Run,
  spec: PipelineSpec,
  register: NonNullable<PipelineSpec["register"]>,
): Promise<ModelVersionDraft | CoreError> {
  const prefix = `${register.path}/`;
  const files = (await filesOfStep(ctx, row.id, [register.from]))
    .filter((file) => file.path.startsWith(prefix))
    .map((file) => ({ path: file.path.slice(prefix.length), digest: file.digest, sizeBytes: file.sizeBytes }));
  try {
    const descriptorText = await readText(ctx, files, DESCRIPTOR_FILE, MAX_DESCRIPTOR_BYTES);
    if (descriptorText === null) throw new CoreError("INVALID", `Step ${register.from} left no ${DESCRIPTOR_FILE} in ${register.path}.`);
    const descriptor = parseModelDescriptor(descriptorText, { file: `${register.path}/${DESCRIPTOR_FILE}`, files: files.map((file) => file.path) });
    const metrics = await ctx.db
      .select({ key: metricLatest.key, value: metricLatest.value })
      .from(metricLatest)
      .where(eq(metricLatest.runId, row.id))
      .limit(1_000);
    const params = await ctx.db.select({ key: runParam.key, value: runParam.value }).from(runParam).where(eq(runParam.runId, row.id)).limit(2_000);
    return {
      projectId: row.projectId,
      model: register.model,
      descriptor,
      files,
      runId: row.id,
      commit: row.commit,
      dataDigest: row.dataDigest,
      lockDigest: row.lockDigest ?? "",
      metrics: Object.fromEntries(metrics.map(({ key, value }) => [key, value])),
      params: {
        ...Object.fromEntries(Object.entries(row.parameters).map(([key, value]) => [key, String(value)])),
        ...Object.fromEntries(params.map(({ key, value }) => [key, value])),
      },
      card: (await readText(ctx, files, CARD_FILE, MAX_CARD_BYTES)) ?? "",
      createdBy: row.requestedByName,
    };
  } catch (error) {
    if (isCoreError(error) && error.code !== "UNAVAILABLE") return error;
    throw error;
  }
}

async function readText(
  ctx: CoreContext,
  files: { path: string; digest: string; sizeBytes: number }[],
  name: string,
  maxBytes: number,
): Promise<string | null> {
  const file = files.find((candidate) => candidate.path === name);
  if (!file) return null;
  if (file.sizeBytes > maxBytes) throw new CoreError("TOO_LARGE", `${name} of the model has ${file.sizeBytes} bytes; at most ${maxBytes} are read.`);
  return storableText((await buffer(await ctx.resolve(ArtifactStoreCapability).get(file.digest))).toString("utf8"));
}
