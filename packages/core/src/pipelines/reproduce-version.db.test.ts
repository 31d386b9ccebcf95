import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { testDatabase } from "@trellis/db/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createModelVersion, createRegisteredModel, getModel, getModelVersion } from "../registry/index.ts";
import { concludeReproduction, registerPipelines, reproduceVersion, startRun } from "./index.ts";
import { openLab, type PipelineLab, projectFile } from "./testing/pipeline-lab.ts";

describe("reproduceVersion", () => {
  const database = testDatabase();
  let lab: PipelineLab;
  let model: string;
  let auc: number;
  let versionId: string;

  beforeEach(async () => {
    lab = await openLab(database.handle);
    model = `model-${lab.project.slug}`;
    auc = 0.7;
    const descriptor = {
      format: 1,
      name: model,
      loader: "lab:load",
      signature: { inputs: [{ name: "x", type: "double" }], outputs: [{ name: "p", type: "double" }] },
    };
    lab.executor.commands.set("train", async ({ workFolder, environment }) => {
      await mkdir(path.join(workFolder, "model"), { recursive: true });
      await writeFile(path.join(workFolder, "model/trellis-model.json"), JSON.stringify(descriptor));
      await writeFile(
        path.join(environment.TRELLIS_OUTPUT ?? "", "metrics.jsonl"),
        `{"key":"auc","value":${auc}}\n{"key":"fit_seconds","value":${Math.random()}}\n`,
      );
      return 0;
    });
    await lab.push({
      "uv.lock": "lock",
      "data/a.csv": "1",
      "trellis.yaml": projectFile(
        lab.project.slug,
        "train: { stage: train, run: train, inputs: [data], outputs: [model] }",
        `    register: { model: ${model}, from: train, path: model }\n`,
      ),
    });
    await registerPipelines(lab.ada, { project: lab.project.slug });
    const { runId } = await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    await lab.schedule();
    await lab.ended(runId);
    versionId = (await getModelVersion(lab.ada, { model, version: 1 })).id;
  });
  afterEach(() => lab.close());

  async function reproduce(tolerance?: number) {
    const started = await reproduceVersion(lab.ada, { versionId, ...(tolerance === undefined ? {} : { tolerance }) });
    await lab.ended(started.runId);
    expect(await concludeReproduction(lab.system, started)).toBe(true);
    await concludeReproduction(lab.system, started);
    return getModelVersion(lab.ada, { versionId });
  }

  it("runs everything again at the same commit and data, registers nothing, and says that the metrics came out the same", async () => {
    const page = await reproduce();
    expect(page.reproductions).toMatchObject([
      {
        status: "reproduced",
        metrics: [{ key: "auc", original: 0.7, repeated: 0.7, within: true }],
        requestedBy: "Ada",
        reason: "All 1 metrics came out the same.",
      },
    ]);
    expect((await getModel(lab.ada, { model })).versions).toBe(1);
    const run = await lab.until(page.reproductions[0]?.runId ?? "", () => true);
    expect(run).toMatchObject({ commit: page.commit, dataDigest: page.dataDigest, lockDigest: page.lockDigest, status: "succeeded" });
    expect(run.steps.find((step) => step.key === "train")?.status).toBe("succeeded");
  });

  it("says which metrics differ, and takes a wider tolerance", async () => {
    auc = 0.71;
    expect((await reproduce()).reproductions[0]).toMatchObject({
      status: "differs",
      reason: expect.stringContaining("auc") as string,
      metrics: [{ within: false }],
    });
    const page = await reproduce(0.05);
    expect(page.reproductions.map((one) => [one.status, one.tolerance])).toEqual([
      ["reproduced", 0.05],
      ["differs", 1e-6],
    ]);
  });

  it("says that the run failed", async () => {
    lab.executor.commands.set("train", async () => 3);
    expect((await reproduce()).reproductions[0]).toMatchObject({
      status: "failed",
      metrics: [],
      reason: expect.stringContaining("Step train failed") as string,
    });
  });

  it("answers with the run that is under way", async () => {
    const [first, second] = await Promise.all([reproduceVersion(lab.ada, { versionId }), reproduceVersion(lab.ada, { versionId })]);
    expect(second.runId).toBe(first.runId);
    expect((await reproduceVersion(lab.ada, { versionId })).runId).toBe(first.runId);
    await lab.ended(first.runId);
    expect(await concludeReproduction(lab.system, { runId: first.runId })).toBe(true);
  });

  it("looks away from other runs, and refuses what no pipeline made", async () => {
    const [run] = (await getModelVersion(lab.ada, { versionId })).runId ? [(await getModelVersion(lab.ada, { versionId })).runId] : [];
    expect(await concludeReproduction(lab.system, { runId: run ?? "" })).toBe(false);
    const name = `${model}-client`;
    await createRegisteredModel(lab.ada, { scope: { projectId: lab.project.id }, name });
    const { id } = await createModelVersion(lab.ada, { model: name, source: "s3://x" });
    await expect(reproduceVersion(lab.ada, { versionId: id })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
  });
});
