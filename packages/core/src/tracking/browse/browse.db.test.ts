import { experiment, metricLatest, metricPoint, project, projectMember, runParam, runTag, trackedRun } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../kernel/ids.ts";
import { actingAs, testContext } from "../../kernel/testing/test-context.ts";
import { compareRuns, getExperimentPage, getTrackedRunPage, listExperiments, runKeys } from "../index.ts";

const database = testDatabase();
const at = new Date("2026-01-01T00:00:00Z");
let ada: Awaited<ReturnType<typeof actingAs>>;
let stan: Awaited<ReturnType<typeof actingAs>>;

async function makeProject(slug: string, visibility: "internal" | "private"): Promise<string> {
  const id = newId();
  const { userId } = ada.actor;
  await database.db.insert(project).values({ id, slug, title: slug, visibility, repository: `projects/${slug}`, createdBy: userId, createdAt: at });
  await database.db.insert(projectMember).values({ projectId: id, userId, role: "owner", createdAt: at });
  return id;
}

async function makeExperiment(projectId: string, name: string): Promise<number> {
  const [row] = await database.db.insert(experiment).values({ projectId, name, createdAt: at, updatedAt: at }).returning({ id: experiment.id });
  return row?.id ?? 0;
}

type Logged = { metrics?: Record<string, number>; params?: Record<string, string>; tags?: Record<string, string>; startTime?: number; deleted?: boolean };

async function makeRun(experimentId: number, name: string, logged: Logged = {}): Promise<string> {
  const runId = newId();
  await database.db.insert(trackedRun).values({
    id: runId,
    experimentId,
    source: "client",
    name,
    status: "FINISHED",
    startTime: logged.startTime ?? 1,
    createdAt: at,
    deletedAt: logged.deleted ? at : null,
  });
  for (const [key, value] of Object.entries(logged.metrics ?? {})) {
    await database.db.insert(metricPoint).values({ runId, key, value, step: 0, timestamp: 1 });
    await database.db.insert(metricLatest).values({ runId, key, value, step: 0, timestamp: 1, experimentId });
  }
  for (const [key, value] of Object.entries(logged.params ?? {})) await database.db.insert(runParam).values({ runId, key, value });
  for (const [key, value] of Object.entries(logged.tags ?? {})) await database.db.insert(runTag).values({ runId, key, value });
  return runId;
}

let open: number;
let hidden: number;
let openProject: string;

beforeAll(async () => {
  const system = testContext({ db: database.db });
  ada = await actingAs(system, "Ada", "data_scientist");
  stan = await actingAs(system, "Stan", "data_scientist");
  openProject = await makeProject("delays", "internal");
  open = await makeExperiment(openProject, "grid");
  hidden = await makeExperiment(await makeProject("secret", "private"), "quiet");
});

describe("listExperiments", () => {
  it("has the one with the newest run first, page by page, and counts what is not deleted", async () => {
    const ids = [];
    for (const [index, name] of ["one", "two", "three", "four"].entries()) {
      const id = await makeExperiment(openProject, `page ${name}`);
      ids.push(id);
      await makeRun(id, "a", { startTime: 2_000_000_000_000 + index });
      await makeRun(id, "gone", { startTime: 1, deleted: true });
    }
    const first = await listExperiments(ada, { search: "page", limit: 3 });
    expect(first.items.map((row) => [row.id, row.runs, row.lastRunAt?.getTime()])).toEqual([
      [ids[3], 1, 2_000_000_000_003],
      [ids[2], 1, 2_000_000_000_002],
      [ids[1], 1, 2_000_000_000_001],
    ]);
    const second = await listExperiments(ada, { search: "page", limit: 3, cursor: first.nextCursor ?? "" });
    expect(second).toMatchObject({ items: [{ id: ids[0] }], nextCursor: null });
    await expect(listExperiments(ada, { cursor: "1_x" })).rejects.toMatchObject({ code: "INVALID" });
  });

  it("knows a project's own, and shows none of a hidden project", async () => {
    expect((await listExperiments(ada, { project: "secret" })).items.map((row) => row.name)).toEqual(["quiet"]);
    expect((await listExperiments(stan, {})).items.map((row) => row.id)).not.toContain(hidden);
    await expect(listExperiments(stan, { project: "secret" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(getExperimentPage(stan, { experimentId: hidden })).rejects.toMatchObject({ message: `Experiment ${hidden} was not found.` });
    expect(await getExperimentPage(ada, { experimentId: hidden })).toMatchObject({ name: "quiet", abilities: { write: true } });
  });
});

it("runKeys: keys of what was logged, without those of deleted runs", async () => {
  const id = await makeExperiment(openProject, "keys");
  await makeRun(id, "a", { metrics: { loss: 1 }, params: { depth: "3" }, tags: { team: "x" } });
  await makeRun(id, "b", { metrics: { auc: 1, loss: 2 } });
  await makeRun(id, "c", { metrics: { old: 1 }, deleted: true });
  expect(await runKeys(ada, { experimentIds: [id] })).toEqual({ metrics: ["auc", "loss"], params: ["depth"], tags: ["team"] });
  await expect(runKeys(stan, { experimentIds: [id, hidden] })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

describe("compareRuns", () => {
  it("has a row for each key, with the values in the order of the runs", async () => {
    const a = await makeRun(open, "a", {
      metrics: { auc: 0.7, nan: Number.NaN },
      params: { depth: "3", seed: "1" },
      tags: { "mlflow.user": "x", kind: "big" },
    });
    const b = await makeRun(open, "b", { metrics: { auc: 0.8, loss: 1, nan: Number.NaN }, params: { depth: "4", seed: "1" } });
    const compared = await compareRuns(ada, { runIds: [b, a] });
    expect(compared.runs.map((run) => run.name)).toEqual(["b", "a"]);
    expect(compared.metrics).toEqual([
      { key: "auc", values: [0.8, 0.7], differs: true, curve: false },
      { key: "loss", values: [1, null], differs: true, curve: false },
      { key: "nan", values: [Number.NaN, Number.NaN], differs: false, curve: false },
    ]);
    expect(compared.params).toEqual([
      { key: "depth", values: ["4", "3"], differs: true },
      { key: "seed", values: ["1", "1"], differs: false },
    ]);
    expect(compared.tags).toEqual([{ key: "kind", values: [null, "big"], differs: true }]);
  });

  it("takes the commit that a client says", async () => {
    const run = await makeRun(open, "a", { tags: { "mlflow.source.git.commit": "abc123" } });
    expect((await compareRuns(ada, { runIds: [run] })).runs[0]).toMatchObject({ commit: "abc123", pipelineRun: null, experiment: { id: open } });
  });

  it("is of no help to those who may not see one of them", async () => {
    const mine = await makeRun(open, "a");
    const secret = await makeRun(hidden, "b");
    await expect(compareRuns(stan, { runIds: [mine, secret] })).rejects.toMatchObject({ code: "NOT_FOUND", message: `Run ${secret} was not found.` });
  });
});

it("getTrackedRunPage: finds the runs above and below, and not those of another experiment that claim it", async () => {
  const parent = await makeRun(open, "search");
  const claim = { "mlflow.parentRunId": parent.replaceAll("-", "") };
  const child = await makeRun(open, "trial 1", { tags: claim, metrics: { loss: 2 } });
  await makeRun(hidden, "intruder", { tags: claim });
  expect(await getTrackedRunPage(ada, { runId: parent })).toMatchObject({ parent: null, children: [{ id: child, name: "trial 1" }], files: 0, models: [] });
  expect(await getTrackedRunPage(ada, { runId: child })).toMatchObject({
    parent: { id: parent, name: "search" },
    metrics: [{ key: "loss", value: 2, points: 1 }],
  });
  const orphan = await makeRun(open, "orphan", { tags: { "mlflow.parentRunId": "not an id" } });
  expect(await getTrackedRunPage(ada, { runId: orphan })).toMatchObject({ parent: null });
});
