import { auditEvent, dataset, datasetVersion, lineageEdge, runTag, trackedRun } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { and, eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { protocolRunId } from "../domain/protocol-ids.ts";
import { deleteExperiment } from "../experiments/delete-experiment.ts";
import { createLoggedModel } from "../logged-models/create-logged-model.ts";
import { openTrackingLab, refusals, type TrackingLab } from "../testing/tracking-lab.ts";
import { createTrackedRun } from "./create-tracked-run.ts";
import { getTrackedRun } from "./get-tracked-run.ts";
import { logBatch } from "./log-batch.ts";
import { logInputs, logOutputs } from "./log-inputs.ts";
import { logModelHistory } from "./log-model-history.ts";
import { deleteRunTag, deleteTrackedRun, restoreTrackedRun, updateTrackedRun } from "./update-tracked-run.ts";

const database = testDatabase();
let lab: TrackingLab;
beforeAll(async () => {
  lab = await openTrackingLab(database.db);
});

const nameTag = (value: string) => ({ key: "mlflow.runName", value });
const asPipelines = (runId: string) => database.db.update(trackedRun).set({ source: "pipeline", name: "train 7" }).where(eq(trackedRun.id, runId));
const get = (runId: string) => getTrackedRun(lab.ada, { runId });

describe("a run of a client", () => {
  it("begins running, with its tags, and is read back as it was made", async () => {
    const experimentId = await lab.experiment();
    const made = await createTrackedRun(lab.ada, {
      scope: lab.scope,
      experimentId,
      userName: "ada",
      runName: "first",
      startTime: 1_700_000_000_000n,
      tags: [
        { key: "mlflow.user", value: "ada" },
        { key: "a", value: "1" },
      ],
    });
    expect(made).toEqual({
      runId: made.runId,
      experimentId,
      projectId: lab.projectId,
      source: "client",
      name: "first",
      userName: "ada",
      status: "RUNNING",
      startTime: 1_700_000_000_000n,
      endTime: null,
      artifactUri: `mlflow-artifacts:/experiments/${experimentId}/${protocolRunId(made.runId)}/artifacts`,
      lifecycleStage: "active",
      metrics: [],
      params: [],
      tags: [{ key: "a", value: "1" }, nameTag("first"), { key: "mlflow.user", value: "ada" }],
      datasetInputs: [],
      modelInputs: [],
      modelOutputs: [],
    });
    expect(await get(made.runId)).toEqual(made);
  });

  it("is named by the tag, or gets a name; two names must be one", async () => {
    const at = { scope: lab.scope, experimentId: await lab.experiment() };
    expect(await createTrackedRun(lab.ada, { ...at, tags: [nameTag("by tag")] })).toMatchObject({ name: "by tag" });
    expect(await createTrackedRun(lab.ada, { ...at, runName: "same", tags: [nameTag("same")] })).toMatchObject({ name: "same" });
    const unnamed = await createTrackedRun(lab.ada, { ...at, runName: "" });
    expect(unnamed.name).toMatch(/^[a-z]+-[a-z]+-\d+$/);
    expect(unnamed.tags).toEqual([nameTag(unnamed.name)]);
    await expect(createTrackedRun(lab.ada, { ...at, runName: "one", tags: [nameTag("two")] })).rejects.toMatchObject({ code: "INVALID" });
  });

  it("is not made by those who may not write, nor where no experiment is", async () => {
    const experimentId = await lab.experiment();
    await expect(createTrackedRun(await lab.person("Eve"), { scope: lab.scope, experimentId })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(createTrackedRun(lab.ada, { scope: lab.scope, experimentId: 999_999 })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "No Experiment with id=999999 exists",
    });
  });

  it("that is hidden or not there is told in the words that clients look for", async () => {
    const scope = { projectId: await lab.newProject(lab.ada, "private") };
    const { runId } = await createTrackedRun(lab.ada, { scope, experimentId: 0 });
    const nowhere = lab.ada.newId();
    for (const [ctx, id] of [
      [await lab.person("Eve"), runId],
      [lab.ada, nowhere],
    ] as const)
      for (const refusal of await refusals([
        getTrackedRun(ctx, { runId: id }),
        updateTrackedRun(ctx, { runId: id }),
        deleteTrackedRun(ctx, { runId: id }),
        logModelHistory(ctx, { runId: id, modelJson: model }),
      ]))
        expect(refusal).toMatchObject({ code: "NOT_FOUND", message: `Run with id=${protocolRunId(id)} not found` });
  });
});

describe("updating a run", () => {
  it("changes what is given; a run that goes on has no end", async () => {
    const runId = await lab.run();
    expect(await updateTrackedRun(lab.ada, { runId, status: "FINISHED", endTime: 5n })).toMatchObject({ status: "FINISHED", endTime: 5n });
    const { name } = await updateTrackedRun(lab.ada, { runId, status: "RUNNING" });
    expect(await get(runId)).toMatchObject({ status: "RUNNING", endTime: null, name });
    await updateTrackedRun(lab.ada, { runId, runName: "renamed" });
    expect(await get(runId)).toMatchObject({ name: "renamed", tags: [nameTag("renamed")] });
    expect(await database.db.select({ value: runTag.value }).from(runTag).where(eq(runTag.runId, runId))).toEqual([{ value: "renamed" }]);
  });

  it("of a pipeline changes nothing and answers with the run as it is", async () => {
    const runId = await lab.run();
    await asPipelines(runId);
    expect(await updateTrackedRun(lab.ada, { runId, status: "FAILED", endTime: 5n, runName: "x" })).toMatchObject({
      name: "train 7",
      status: "RUNNING",
      endTime: null,
    });
  });
});

describe("deleting a run", () => {
  it("is undone by restoring, twice is once, and leaves it to be read but not written", async () => {
    const runId = await lab.run();
    for (let twice = 0; twice < 2; twice += 1) await deleteTrackedRun(lab.ada, { runId });
    expect(await get(runId)).toMatchObject({ lifecycleStage: "deleted" });
    const tag = { runId, key: "a" };
    for (const refusal of await refusals([
      updateTrackedRun(lab.ada, { runId, status: "FINISHED" }),
      deleteRunTag(lab.ada, tag),
      logInputs(lab.ada, { runId, datasets: [told("d", "1")] }),
      logModelHistory(lab.ada, { runId, modelJson: model }),
    ]))
      expect(refusal).toMatchObject({ code: "INVALID", message: expect.stringContaining("must be in the 'active' state") });
    for (let twice = 0; twice < 2; twice += 1) await restoreTrackedRun(lab.ada, { runId });
    expect(await get(runId)).toMatchObject({ lifecycleStage: "active" });
    const events = await database.db.select({ action: auditEvent.action }).from(auditEvent).where(eq(auditEvent.subjectId, runId));
    expect(events.map(({ action }) => action)).toEqual(["tracking.run.delete", "tracking.run.restore"]);
  });

  it("is refused for a run of a pipeline, and restoring while the experiment is deleted", async () => {
    const runId = await lab.run();
    await asPipelines(runId);
    await expect(deleteTrackedRun(lab.ada, { runId })).rejects.toMatchObject({ code: "INVALID" });
    const experimentId = await lab.experiment();
    const other = await lab.run(experimentId);
    await deleteExperiment(lab.ada, { scope: lab.scope, experimentId });
    await expect(restoreTrackedRun(lab.ada, { runId: other })).rejects.toMatchObject({ code: "INVALID" });
  });
});

describe("tags of a run", () => {
  it("can be taken off, once", async () => {
    const runId = await lab.run();
    await logBatch(lab.ada, { runId, tags: [{ key: "a", value: "1" }] });
    await deleteRunTag(lab.ada, { runId, key: "a" });
    await expect(deleteRunTag(lab.ada, { runId, key: "a" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("No tag with name: a"),
    });
    expect((await get(runId)).tags.map(({ key }) => key)).toEqual(["mlflow.runName"]);
  });
});

const told = (name: string, digest: string, source = "/x", context = "training") => ({
  name,
  digest,
  sourceType: "local",
  source,
  schema: "{}",
  tags: [
    { key: "z", value: "1" },
    { key: "mlflow.data.context", value: context },
  ],
});

describe("what a run read", () => {
  it("is a version of a dataset of the project, with lineage; telling it again changes nothing", async () => {
    const scope = { projectId: await lab.newProject() };
    const { runId } = await createTrackedRun(lab.ada, { scope, experimentId: 0 });
    await logInputs(lab.ada, { runId, datasets: [told("data", "1"), told("data", "2"), told("data", "1")] });
    await logInputs(lab.ada, { runId, datasets: [told("data", "1", "/elsewhere", "eval")] });
    const tags = [
      { key: "mlflow.data.context", value: "training" },
      { key: "z", value: "1" },
    ];
    const common = { name: "data", sourceType: "local", source: "/x", schema: "{}", profile: null, tags };
    expect((await get(runId)).datasetInputs).toEqual([
      { ...common, digest: "1" },
      { ...common, digest: "2" },
    ]);
    const { runId: second } = await createTrackedRun(lab.ada, { scope, experimentId: 0 });
    await logInputs(lab.ada, { runId: second, datasets: [told("data", "1")] });
    const versions = await database.db
      .select({ id: datasetVersion.id })
      .from(datasetVersion)
      .innerJoin(dataset, eq(dataset.id, datasetVersion.datasetId))
      .where(eq(dataset.projectId, scope.projectId));
    expect(versions).toHaveLength(2);
    expect(await database.db.$count(lineageEdge, and(eq(lineageEdge.toId, runId), eq(lineageEdge.relation, "trained_on")))).toBe(2);
    expect(await database.db.$count(lineageEdge, eq(lineageEdge.toId, second))).toBe(1);
  });

  it("has limits", async () => {
    const runId = await lab.run();
    for (const wrong of [
      told("", "1"),
      told("x".repeat(501), "1"),
      told("d", "x".repeat(37)),
      told("d", "1", "x".repeat(65_536)),
      told("d", "1", "/", "x".repeat(501)),
    ])
      await expect(logInputs(lab.ada, { runId, datasets: [wrong] })).rejects.toMatchObject({ code: "INVALID" });
    await expect(logInputs(lab.ada, { runId, datasets: Array.from({ length: 1_001 }, () => told("d", "1")) })).rejects.toMatchObject({ code: "INVALID" });
  });

  it("and made can be logged models, which must be there and visible", async () => {
    const experimentId = await lab.experiment();
    const [runId, model] = [await lab.run(experimentId), await createLoggedModel(lab.ada, { scope: lab.scope, experimentId })];
    const { modelId } = model;
    for (const step of [1n, 5n]) await logOutputs(lab.ada, { runId, models: [{ modelId, step }] });
    await logInputs(lab.ada, { runId, models: [{ modelId }] });
    expect(await get(runId)).toMatchObject({ modelInputs: [{ modelId }], modelOutputs: [{ modelId, step: 5n }] });
    expect(await database.db.$count(lineageEdge, and(eq(lineageEdge.fromId, runId), eq(lineageEdge.toId, modelId)))).toBe(1);
    const hidden = await createLoggedModel(lab.ada, { scope: { projectId: await lab.newProject(lab.ada, "private") }, experimentId: 0 });
    const bob = await lab.person("Bob");
    const { runId: bobs } = await createTrackedRun(bob, { scope: { projectId: null }, experimentId: 0 });
    for (const refusal of await refusals([
      logOutputs(bob, { runId: bobs, models: [{ modelId: hidden.modelId, step: 0n }] }),
      logInputs(bob, { runId: bobs, models: [{ modelId: lab.ada.newId() }] }),
    ]))
      expect(refusal).toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining("Logged model with ID 'm-") });
  });
});

const model = JSON.stringify({ artifact_path: "model", flavors: {}, utc_time_created: "now", run_id: "1" });

describe("models of older clients", () => {
  it("become entries of the history in a tag, none is lost when several come at once", async () => {
    const runId = await lab.run();
    await Promise.all(Array.from({ length: 5 }, () => logModelHistory(lab.ada, { runId, modelJson: model })));
    const value = (await get(runId)).tags.find(({ key }) => key === "mlflow.log-model.history")?.value ?? "";
    expect(JSON.parse(value)).toEqual(Array.from({ length: 5 }, () => JSON.parse(model) as object));
    for (const modelJson of ["", "[]", "{", "{}", '{"artifact_path":"model"}'])
      await expect(logModelHistory(lab.ada, { runId, modelJson })).rejects.toMatchObject({ code: "INVALID" });
  });
});
