import { testDatabase } from "@trellis/db/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { protocolModelId } from "../domain/protocol-ids.ts";
import { deleteExperiment } from "../experiments/delete-experiment.ts";
import { getTrackedRun } from "../runs/get-tracked-run.ts";
import { logBatch } from "../runs/log-batch.ts";
import { deleteTrackedRun } from "../runs/update-tracked-run.ts";
import { openTrackingLab, refusals, type TrackingLab } from "../testing/tracking-lab.ts";
import { createLoggedModel } from "./create-logged-model.ts";
import { getLoggedModel } from "./get-logged-model.ts";
import { deleteLoggedModel, deleteLoggedModelTag, finalizeLoggedModel, logLoggedModelParams, setLoggedModelTags } from "./update-logged-model.ts";

const database = testDatabase();
let lab: TrackingLab;
let experimentId: number;
beforeAll(async () => {
  lab = await openTrackingLab(database.db);
  experimentId = await lab.experiment();
});

const entry = (key: string, value: string) => ({ key, value });
const create = (more: object = {}) => createLoggedModel(lab.ada, { scope: lab.scope, experimentId, ...more });

describe("a logged model", () => {
  it("begins pending and is read back as it was made", async () => {
    const made = await create({
      name: "trees",
      modelType: "sklearn",
      sourceRunId: "elsewhere",
      params: [entry("depth", "6")],
      tags: [entry("b", "2"), entry("a", "1")],
    });
    expect(made).toEqual({
      modelId: made.modelId,
      experimentId,
      projectId: lab.projectId,
      name: "trees",
      creationTime: lab.clock.now.getTime(),
      lastUpdateTime: lab.clock.now.getTime(),
      artifactUri: `mlflow-artifacts:/experiments/${experimentId}/models/${protocolModelId(made.modelId)}/artifacts`,
      status: "LOGGED_MODEL_PENDING",
      creatorId: "Ada",
      modelType: "sklearn",
      sourceRunId: "elsewhere",
      lifecycleStage: "active",
      tags: [entry("a", "1"), entry("b", "2")],
      params: [entry("depth", "6")],
      metrics: [],
    });
    expect(await getLoggedModel(lab.ada, made)).toEqual(made);
    expect((await create()).name).toMatch(/^[a-z]+-[a-z]+-\d+$/);
    for (const name of ["a/b", "a:b", "a.b", "a%b", 'a"b', "a'b"]) await expect(create({ name })).rejects.toMatchObject({ code: "INVALID" });
  });

  it("is finalized, and again with another status", async () => {
    const { modelId } = await create();
    lab.clock.now = new Date(lab.clock.now.getTime() + 1_000);
    for (const status of ["LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_READY"] as const)
      expect(await finalizeLoggedModel(lab.ada, { modelId, status })).toMatchObject({ status, lastUpdateTime: lab.clock.now.getTime() });
  });

  it("has tags that are set and taken off, and parameters that are written once", async () => {
    const { modelId } = await create({ tags: [entry("a", "1")], params: [entry("p", "1")] });
    await setLoggedModelTags(lab.ada, { modelId, tags: [entry("a", "2"), entry("b", "1"), entry("b", "3")] });
    await logLoggedModelParams(lab.ada, { modelId, params: [entry("p", "1"), entry("q", "2")] });
    await expect(logLoggedModelParams(lab.ada, { modelId, params: [entry("r", "1"), entry("p", "2")] })).rejects.toMatchObject({ code: "INVALID" });
    await deleteLoggedModelTag(lab.ada, { modelId, key: "a" });
    await expect(deleteLoggedModelTag(lab.ada, { modelId, key: "a" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("No tag with key 'a'"),
    });
    expect(await getLoggedModel(lab.ada, { modelId })).toMatchObject({ tags: [entry("b", "3")], params: [entry("p", "1"), entry("q", "2")] });
  });

  it("that is deleted is found only by those who ask for deleted ones, and not changed", async () => {
    const { modelId } = await create();
    await deleteLoggedModel(lab.ada, { modelId });
    const missing = { code: "NOT_FOUND", message: `Logged model with ID '${protocolModelId(modelId)}' not found` };
    for (const refusal of await refusals([
      getLoggedModel(lab.ada, { modelId }),
      deleteLoggedModel(lab.ada, { modelId }),
      setLoggedModelTags(lab.ada, { modelId, tags: [entry("a", "1")] }),
    ]))
      expect(refusal).toMatchObject(missing);
    expect(await getLoggedModel(lab.ada, { modelId, allowDeleted: true })).toMatchObject({ lifecycleStage: "deleted" });
  });

  it("stays when its run is deleted, is not made in a deleted experiment, nor by those who may not write", async () => {
    const runId = await lab.run(experimentId);
    const { modelId } = await create({ sourceRunId: runId });
    await deleteTrackedRun(lab.ada, { runId });
    expect(await getLoggedModel(lab.ada, { modelId })).toMatchObject({ lifecycleStage: "active" });
    const gone = await lab.experiment();
    await deleteExperiment(lab.ada, { scope: lab.scope, experimentId: gone });
    await expect(create({ experimentId: gone })).rejects.toMatchObject({ code: "INVALID" });
    await expect(finalizeLoggedModel(await lab.person("Eve"), { modelId, status: "LOGGED_MODEL_READY" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("metrics of a model", () => {
  it("are logged through a run, once each, with the dataset", async () => {
    const [runId, { modelId }] = [await lab.run(experimentId), await create()];
    const metric = { key: "auc", value: 0.9, timestamp: 1n, step: 0n, modelId };
    const on = { ...metric, datasetName: "data", datasetDigest: "1" };
    await logBatch(lab.ada, { runId, metrics: [metric, on, metric, { ...metric, key: "only run", modelId: null }] });
    await logBatch(lab.ada, { runId, metrics: [metric, { ...metric, step: 1n, value: Number.NaN }] });
    const point = { key: "auc", value: 0.9, timestamp: 1n, step: 0n, modelId, runId, datasetName: "", datasetDigest: "" };
    expect(
      (await getLoggedModel(lab.ada, { modelId })).metrics.toSorted((a, b) => Number(a.step - b.step) || (a.datasetName < b.datasetName ? -1 : 1)),
    ).toEqual([point, { ...point, datasetName: "data", datasetDigest: "1" }, { ...point, step: 1n, value: Number.NaN }]);
    expect((await getTrackedRun(lab.ada, { runId })).metrics.map(({ key }) => key)).toEqual(["auc", "only run"]);
  });

  it("are refused for a model that is not there or not the actor's to write", async () => {
    const runId = await lab.run(experimentId);
    const bob = await lab.person("Bob");
    const foreign = await createLoggedModel(bob, { scope: { projectId: await lab.newProject(bob) }, experimentId: 0 });
    const log = (modelId: string) => logBatch(lab.ada, { runId, metrics: [{ key: "auc", value: 1, timestamp: 1n, step: 0n, modelId }] });
    await expect(log(lab.ada.newId())).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(log(foreign.modelId)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await getTrackedRun(lab.ada, { runId })).metrics).toEqual([]);
  });
});
