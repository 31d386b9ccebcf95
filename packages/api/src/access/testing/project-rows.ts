import { randomInt } from "node:crypto";
import { Readable } from "node:stream";
import type { MemorySourceHost } from "@trellis/core/catalog/testing/memory-source-host.ts";
import { newId } from "@trellis/core/kernel/ids.ts";
import type { MemoryArtifactStore } from "@trellis/core/tracking/testing/memory-artifact-store.ts";
import type { Database } from "@trellis/db";
import * as t from "@trellis/db/schema";

const AT = new Date("2026-11-24T10:00:00Z");
const SPEC = { name: "train", description: "", parameters: {}, steps: [], register: null, deploy: null, triggers: [] };

export type MakeProject = {
  db: Database;
  sources: MemorySourceHost;
  store: MemoryArtifactStore;
  word: string;
  visibility: "internal" | "private";
  ownerId: string;
  environmentId: string;
};

/** Names and ids of one thing of each kind that a project can have. */
export type ProjectThings = Awaited<ReturnType<typeof makeProjectRows>>;

/** A project with a row of everything. Every text in it holds `word`, so that a leak is seen. */
export async function makeProjectRows({ db, sources, store, word, visibility, ownerId, environmentId }: MakeProject) {
  const names = newThings(word);
  const { projectId, slug } = names;
  const repository = `projects/${slug}`;
  const commit = await sources.push(repository, { "README.md": `# ${word}\n`, "uv.lock": "" });
  const things = { ...names, word, commit };
  await db
    .insert(t.project)
    .values({ id: projectId, slug, title: `Title ${word}`, description: word, visibility, repository, template: "small", createdBy: ownerId, createdAt: AT });
  await db.insert(t.projectMember).values({ projectId, userId: ownerId, role: "owner", createdAt: AT });
  await insertRuns(db, things, ownerId, commit);
  const file = await store.put(Readable.from([`<script>${word}</script>`]));
  await insertModel(db, things, file, commit);
  await insertDelivery(db, things, environmentId, ownerId, commit);
  await insertMonitoring(db, things);
  await db.insert(t.scaffoldTask).values({
    id: things.taskId,
    template: "small",
    templateVersion: "1.2.0",
    slug,
    answers: {},
    status: "failed",
    reason: word,
    projectId,
    createdBy: ownerId,
    createdAt: AT,
    endedAt: AT,
  });
  return things;
}

/** Ids and names of things that exist only once somebody inserts them. */
export function newThings(word: string) {
  return {
    projectId: newId(),
    slug: `${word}-project`,
    commit: newId().replaceAll("-", ""),
    clientRunId: newId(),
    loggedModelId: newId(),
    /** A number, as text: a leak is looked for as text. */
    experimentId: String(1_000_000_000 + randomInt(1_000_000_000)),
    pipeline: "train",
    pipelineVersionId: newId(),
    runId: newId(),
    stepId: newId(),
    attemptId: newId(),
    artifactId: newId(),
    datasetId: newId(),
    datasetVersionId: newId(),
    modelId: newId(),
    modelName: `${word}-model`,
    versionId: newId(),
    previousVersionId: newId(),
    changeRequestId: newId(),
    deploymentId: newId(),
    deploymentName: `${word}-model-production`,
    monitorId: newId(),
    reportId: newId(),
    alertId: newId(),
    taskId: newId(),
    triggerId: newId(),
    backfillId: newId(),
  };
}

type Things = ReturnType<typeof newThings> & { word: string };

async function insertRuns(db: Database, things: Things, ownerId: string, commit: string): Promise<void> {
  const { projectId, runId, stepId, attemptId, word, pipelineVersionId } = things;
  const pipelineId = newId();
  await db.insert(t.pipeline).values({ id: pipelineId, projectId, name: "train", description: word, createdAt: AT });
  await db.insert(t.pipelineVersion).values({ id: pipelineVersionId, pipelineId, number: 1, commit, spec: SPEC, specDigest: "s", createdAt: AT });
  await db
    .insert(t.projectSpec)
    .values({ projectId, commit, spec: { version: 1, project: things.slug, pipelines: { train: SPEC }, monitors: {} }, registeredAt: AT, problem: null });
  await db.insert(t.run).values({
    id: runId,
    projectId,
    pipelineVersionId,
    pipelineName: "train",
    number: 1,
    status: "failed",
    reason: word,
    triggerKind: "manual",
    triggerKey: runId,
    parameters: {},
    commit,
    lockDigest: "sha256:1",
    requestedBy: ownerId,
    requestedByName: word,
    createdAt: AT,
    startedAt: AT,
    endedAt: AT,
  });
  await db.insert(t.pipelineTrigger).values({
    id: things.triggerId,
    projectId,
    pipelineId,
    name: `webhook ${word}`,
    kind: "schedule",
    spec: { kind: "schedule", cron: "0 6 * * *", timezone: "UTC", catchUp: "last", parameters: { word } },
    nextFireAt: new Date("2030-01-01T06:00:00Z"),
    createdAt: AT,
  });
  await db.insert(t.backfill).values({
    id: things.backfillId,
    projectId,
    pipelineName: "train",
    parameter: word,
    dates: ["2001-01-01"],
    parameters: {},
    concurrency: 1,
    requestedByName: word,
    createdAt: AT,
  });
  await db.insert(t.runCounter).values({ projectId, lastNumber: 1 });
  await db.insert(t.step).values({
    id: stepId,
    runId,
    key: "train",
    position: 0,
    stage: "train",
    status: "failed",
    reason: word,
    needs: [],
    depsLeft: 0,
    attempts: 1,
    startedAt: AT,
    endedAt: AT,
  });
  await db
    .insert(t.attempt)
    .values({ id: attemptId, runId, stepId, number: 1, status: "failed", reason: word, queuedAt: AT, launchedAt: AT, startedAt: AT, endedAt: AT });
  await db.insert(t.runEvent).values({ runId, kind: "run.failed", message: word, at: AT });
  const experimentId = Number(things.experimentId);
  await db.insert(t.experiment).values({ id: experimentId, projectId, name: `${word}-experiment`, createdAt: AT, updatedAt: AT });
  const tracked = { experimentId, name: word, status: "FAILED" as const, startTime: 1, createdAt: AT };
  await db.insert(t.trackedRun).values([
    { ...tracked, id: runId, source: "pipeline" },
    { ...tracked, id: things.clientRunId, source: "client" },
  ]);
  await db.insert(t.loggedModel).values({ id: things.loggedModelId, experimentId, name: word, status: "LOGGED_MODEL_PENDING", createdAt: AT, updatedAt: AT });
  await db.insert(t.metricPoint).values({ runId, key: `${word}-auc`, timestamp: 1, step: 1, value: 0.7, stepKey: "train" });
  await db.insert(t.metricLatest).values({ runId, key: `${word}-auc`, value: 0.7, step: 1, timestamp: 1, stepKey: "train", experimentId });
  await db.insert(t.dataset).values({ id: things.datasetId, projectId, name: `${word}-data`, createdAt: AT });
  await db
    .insert(t.datasetVersion)
    .values({ id: things.datasetVersionId, datasetId: things.datasetId, digest: "sha256:2", files: [], sizeBytes: 1, commit, createdAt: AT });
  await db.insert(t.runDataset).values({ runId: things.clientRunId, datasetVersionId: things.datasetVersionId });
  await db
    .insert(t.lineageEdge)
    .values({ fromKind: "dataset_version", fromId: things.datasetVersionId, toKind: "run", toId: runId, relation: "trained_on", projectId, createdAt: AT });
}

async function insertModel(db: Database, things: Things, file: { digest: string; sizeBytes: number }, commit: string): Promise<void> {
  const { modelId, runId, word } = things;
  await db.insert(t.artifact).values([
    { id: things.artifactId, runId, stepKey: "train", attemptId: things.attemptId, path: `work/${word}.html`, ...file, createdAt: AT },
    { id: newId(), runId, stepKey: "train", attemptId: things.attemptId, path: `work/${word}.svg`, ...file, createdAt: AT },
  ]);
  await db.insert(t.loggedModelFile).values({ modelId: things.loggedModelId, path: `model/${word}.pkl`, ...file, createdAt: AT });
  await db.insert(t.registeredModel).values({
    id: modelId,
    projectId: things.projectId,
    name: things.modelName,
    description: word,
    task: `${word} task`,
    framework: `${word} framework`,
    tags: { [word]: word },
    lastVersion: 2,
    createdAt: AT,
    updatedAt: AT,
  });
  const version = {
    modelId,
    digest: "sha256:3",
    sizeBytes: file.sizeBytes,
    commit,
    lockDigest: "sha256:1",
    signature: { inputs: [{ name: word, type: "double" as const }], outputs: [] },
    descriptor: {},
    metrics: { [`${word}-auc`]: 0.7 },
    params: { [word]: word },
    card: word,
    createdAt: AT,
  };
  await db.insert(t.modelVersion).values([
    { ...version, id: things.previousVersionId, version: 1, runId: newId() },
    { ...version, id: things.versionId, version: 2, runId },
  ]);
  await db.insert(t.modelVersionFile).values([
    { versionId: things.versionId, path: "report.html", ...file },
    { versionId: things.versionId, path: "sub/plot.svg", ...file },
  ]);
  await db.insert(t.modelAlias).values({ modelId, alias: `${word}-best`, versionId: things.versionId, updatedAt: AT });
  await db.insert(t.lineageEdge).values({
    fromKind: "run",
    fromId: runId,
    toKind: "model_version",
    toId: things.versionId,
    relation: "produced",
    projectId: things.projectId,
    createdAt: AT,
  });
}

async function insertDelivery(db: Database, things: Things, environmentId: string, ownerId: string, commit: string): Promise<void> {
  const { projectId, modelId, versionId, deploymentId, deploymentName, word } = things;
  await db.insert(t.changeRequest).values({
    id: things.changeRequestId,
    projectId,
    environmentId,
    deploymentName,
    kind: "deploy",
    modelId,
    versionId,
    previousVersionId: things.previousVersionId,
    manifestPath: `production/${deploymentName}.yaml`,
    manifestAfter: word,
    reason: word,
    authorId: ownerId,
    authorName: word,
    approvalsRequired: 1,
    createdAt: AT,
  });
  await db.insert(t.changeRequestEvent).values({ changeRequestId: things.changeRequestId, kind: "opened", actorName: word, message: word, at: AT });
  await db.insert(t.deployment).values({
    id: deploymentId,
    name: deploymentName,
    projectId,
    environmentId,
    modelId,
    sync: "synced",
    health: "healthy",
    message: word,
    desiredVersionId: versionId,
    desiredCommit: commit,
    liveVersionId: versionId,
    liveSince: AT,
    createdAt: AT,
    updatedAt: AT,
  });
  await db
    .insert(t.deploymentRevision)
    .values({ id: newId(), deploymentId, versionId, changeRequestId: things.changeRequestId, commit, liveAt: AT, createdAt: AT });
  await db.insert(t.deploymentEvent).values({ deploymentId, kind: "live", message: word, at: AT });
  await db.insert(t.endpoint).values({ deploymentId, deploymentName, versionId, address: "http://127.0.0.1:1", updatedAt: AT });
  await db
    .insert(t.trafficMinute)
    .values({ deploymentId, minute: AT, version: 2, requests: 1, rows: 1, clientErrors: 0, serverErrors: 0, dropped: 0, latencySumMs: 1, latencyP95Ms: 1 });
  await db
    .insert(t.lineageEdge)
    .values({ fromKind: "model_version", fromId: versionId, toKind: "deployment", toId: deploymentId, relation: "serves", projectId, createdAt: AT });
}

async function insertMonitoring(db: Database, things: Things): Promise<void> {
  const { monitorId, deploymentId, versionId, reportId, word } = things;
  const column = {
    name: word,
    kind: "numeric" as const,
    verdict: "drifted" as const,
    method: "psi" as const,
    value: 1,
    threshold: 0.1,
    noiseFloor: 0.01,
    missingShare: { reference: 0, current: 0 },
    newCategories: [],
    bins: [],
    message: word,
  };
  await db
    .insert(t.monitor)
    .values({ id: monitorId, deploymentId, name: "production", windowSeconds: 604_800, minRows: 20, alertAfter: 2, ofLast: 3, evaluatedTo: AT, createdAt: AT });
  await db.insert(t.driftReport).values({
    id: reportId,
    monitorId,
    deploymentId,
    versionId,
    windowStart: new Date(AT.getTime() - 604_800_000),
    windowEnd: AT,
    referenceRows: 100,
    currentRows: 100,
    verdict: "drifted",
    driftedColumns: [word],
    columns: [column],
    createdAt: AT,
  });
  await db.insert(t.alert).values({
    id: things.alertId,
    monitorId,
    deploymentId,
    projectId: things.projectId,
    versionId,
    summary: word,
    columns: [word],
    since: AT,
    windowEnd: AT,
    reportId,
    openedAt: AT,
  });
}
