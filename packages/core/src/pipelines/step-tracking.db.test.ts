import { trackedRun } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Actor } from "../kernel/context.ts";
import { actorOfAttempt, type PipelineScheduler, registerPipelines, startPipelineScheduler, startRun } from "./index.ts";
import type { ExecutionRequest } from "./ports.ts";
import { openLab, type PipelineLab, projectFile } from "./testing/pipeline-lab.ts";

const TRACKING = { url: "http://127.0.0.1:3000", tokenOf: (attemptId: string) => `secret-of-${attemptId}` };

describe("the MLflow client of a step", () => {
  const database = testDatabase();
  let lab: PipelineLab;
  let scheduler: PipelineScheduler | null = null;
  beforeEach(async () => {
    lab = await openLab(database.handle);
  });
  afterEach(async () => {
    await scheduler?.stop();
    await lab.close();
  });

  const schedule = async () => {
    const folders = { rootFolder: lab.rootFolder, clientFolder: "/client" };
    scheduler = await startPipelineScheduler(lab.system, { database: database.handle, slots: 1, ...folders, tracking: TRACKING });
  };
  const start = async (step = "{ stage: train, run: train }") => {
    await lab.push({ "trellis.yaml": projectFile(lab.project.slug, `train: ${step}`), "uv.lock": "lock", "pyproject.toml": "" });
    await registerPipelines(lab.ada, { project: lab.project.slug });
    return startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
  };

  it("is told to log into the step's run, by a token that only its attempt has", async () => {
    const { runId } = await start();
    await schedule();
    await lab.ended(runId);
    const request = lab.executor.begun.find(({ command }) => command === "train");
    const [home] = await database.db.select().from(trackedRun).where(eq(trackedRun.id, runId));
    expect(request?.environment).toMatchObject({
      MLFLOW_TRACKING_URI: `http://127.0.0.1:3000/projects/${lab.project.slug}/mlflow`,
      MLFLOW_TRACKING_TOKEN: `secret-of-${request?.attemptId}`,
      MLFLOW_RUN_ID: runId.replaceAll("-", ""),
      MLFLOW_EXPERIMENT_ID: String(home?.experimentId),
    });
  });

  it("is told nothing where the environment is made, by code that is not the project's", async () => {
    const { runId } = await start();
    await schedule();
    await lab.ended(runId);
    const install = lab.executor.begun.find(({ command }) => command.startsWith("install "));
    expect(Object.keys(install?.environment ?? {}).filter((name) => name.startsWith("MLFLOW_"))).toEqual([]);
  });

  it("is not told where the step's file says another place, which would get the token", async () => {
    const { runId } = await start("{ stage: train, run: train, env: { MLFLOW_TRACKING_URI: 'https://elsewhere.example' } }");
    await schedule();
    await lab.ended(runId);
    const request = lab.executor.begun.find(({ command }) => command === "train");
    expect(Object.entries(request?.environment ?? {}).filter(([name]) => name.startsWith("MLFLOW_"))).toEqual([
      ["MLFLOW_TRACKING_URI", "https://elsewhere.example"],
    ]);
  });

  it("acts for its project until the attempt has ended", async () => {
    const { runId, number } = await start();
    let [meanwhile, attemptId]: [Actor | null, string] = [null, ""];
    lab.executor.commands.set("train", async (request: ExecutionRequest) => {
      attemptId = request.attemptId;
      meanwhile = await actorOfAttempt(lab.system, attemptId);
      return 0;
    });
    await schedule();
    await lab.ended(runId);
    expect(meanwhile).toEqual({ kind: "attempt", attemptId, runId, projectId: lab.project.id, name: `train of train ${number}` });
    expect(await actorOfAttempt(lab.system, attemptId)).toBeNull();
  });
});
