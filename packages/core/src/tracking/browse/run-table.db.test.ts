import { experiment, project, projectMember } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../kernel/ids.ts";
import { actingAs, testContext } from "../../kernel/testing/test-context.ts";
import { createTrackedRun, deleteRuns, exportRuns, logBatch, restoreRuns, runTable, tagRuns } from "../index.ts";

const database = testDatabase();
const at = new Date("2026-01-01T00:00:00Z");
const scope = { projectId: null };
let ada: Awaited<ReturnType<typeof actingAs>>;
let stan: Awaited<ReturnType<typeof actingAs>>;
let experimentId: number;
let runs: string[];

beforeAll(async () => {
  const system = testContext({ db: database.db });
  ada = await actingAs(system, "Ada", "data_scientist");
  stan = await actingAs(system, "Stan", "data_scientist");
  const projectId = newId();
  const { userId } = ada.actor;
  await database.db
    .insert(project)
    .values({ id: projectId, slug: "delays", title: "Delays", visibility: "internal", repository: "projects/delays", createdBy: userId, createdAt: at });
  await database.db.insert(projectMember).values({ projectId, userId, role: "owner", createdAt: at });
  const [row] = await database.db.insert(experiment).values({ projectId, name: "grid", createdAt: at, updatedAt: at }).returning({ id: experiment.id });
  experimentId = row?.id ?? 0;
  runs = [];
  for (const [index, loss] of [0.3, 0.1, 0.2].entries()) {
    const { runId } = await createTrackedRun(ada, { scope, experimentId, runName: `trial ${index}`, startTime: BigInt(1_000 + index) });
    await logBatch(ada, {
      runId,
      metrics: [{ key: "val loss", value: loss, timestamp: 1n, step: 0n }],
      params: [
        { key: "depth", value: String(index) },
        { key: "formula", value: '=1+"1"' },
      ],
    });
    runs.push(runId);
  }
});

const names = async (input: Partial<Parameters<typeof runTable>[1]> = {}) =>
  (await runTable(ada, { experimentIds: [experimentId], ...input })).rows.map((row) => row.name);

describe("runTable", () => {
  it("has the newest first and, unless told, columns of what was logged", async () => {
    const table = await runTable(ada, { experimentIds: [experimentId] });
    expect(table.columns).toEqual(["metrics.val loss", "params.depth", "params.formula"]);
    expect(table.rows.map((row) => [row.name, row.values])).toEqual([
      ["trial 2", { "metrics.val loss": 0.2, "params.depth": "2", "params.formula": '=1+"1"' }],
      ["trial 1", { "metrics.val loss": 0.1, "params.depth": "1", "params.formula": '=1+"1"' }],
      ["trial 0", { "metrics.val loss": 0.3, "params.depth": "0", "params.formula": '=1+"1"' }],
    ]);
  });

  it("sorts by any column, filters as clients do, and pages by token", async () => {
    expect(await names({ sort: "metrics.val loss", descending: false })).toEqual(["trial 1", "trial 2", "trial 0"]);
    expect(await names({ filter: "metrics.`val loss` < 0.25 AND params.depth != '1'" })).toEqual(["trial 2"]);
    const first = await runTable(ada, { experimentIds: [experimentId], limit: 2 });
    expect(await names({ limit: 2, cursor: first.nextCursor ?? "" })).toEqual(["trial 0"]);
  });

  it("says at which character a filter makes no sense", async () => {
    await expect(runTable(ada, { experimentIds: [experimentId], filter: "metrics.auc > 'high'" })).rejects.toMatchObject({
      code: "INVALID",
      issues: [{ path: "filter", line: 1, column: 15 }],
    });
    await expect(runTable(ada, { experimentIds: [experimentId], columns: ["nonsense"] })).rejects.toMatchObject({ code: "INVALID" });
  });
});

it("exportRuns: the whole result page by page, with formulas defused", async () => {
  const read = async (input: object = {}) => {
    let text = "";
    for await (const piece of await exportRuns(ada, { experimentIds: [experimentId], ...input })) text += piece;
    return text;
  };
  const lines = (await read()).trimEnd().split("\r\n");
  expect(lines[0]).toBe("run_id,name,status,start_time,end_time,user,source,experiment,project,metrics.val loss,params.depth,params.formula");
  expect(lines).toHaveLength(4);
  expect(lines[1]).toContain(`trial 2,RUNNING,1970-01-01T00:00:01.002Z,,`);
  expect(lines[1]).toContain(`,0.2,2,"'=1+""1"""`);
  expect((await read({ columns: ["params.depth"], filter: "params.depth = '1'" })).split("\r\n")[1]).toMatch(/delays,1$/);
  await expect(exportRuns(ada, { experimentIds: [experimentId], filter: "(" })).rejects.toMatchObject({ code: "INVALID" });
});

describe("deleteRuns, restoreRuns, tagRuns", () => {
  it("changes all of them, and the other table has what was deleted", async () => {
    const [first = "", second = ""] = runs;
    expect(await deleteRuns(ada, { runIds: [first, second, first] })).toEqual({ changed: [first, second], refused: [] });
    expect(await names()).toEqual(["trial 2"]);
    expect(await names({ state: "deleted" })).toEqual(["trial 1", "trial 0"]);
    await restoreRuns(ada, { runIds: [first, second] });
    expect(await names()).toHaveLength(3);
  });

  it("sets a tag and takes it away from those that have it", async () => {
    const [first = "", second = ""] = runs;
    await tagRuns(ada, { runIds: [first], key: "keep", value: "yes" });
    expect(await names({ filter: "tags.keep = 'yes'" })).toEqual(["trial 0"]);
    expect(await tagRuns(ada, { runIds: [first, second], key: "keep", value: null })).toMatchObject({ changed: [first], refused: [{ runId: second }] });
    await expect(tagRuns(ada, { runIds: [first, second], key: "keep", value: null })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("stops before it begins at a run that is not the actor's to change", async () => {
    const [first = "", second = ""] = runs;
    await expect(deleteRuns(stan, { runIds: [first] })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(deleteRuns(ada, { runIds: [second, newId()] })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await names()).toHaveLength(3);
  });
});
