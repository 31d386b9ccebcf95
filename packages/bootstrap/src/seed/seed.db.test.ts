import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { listProjects } from "@trellis/core/catalog/index.ts";
import { deploymentsBoard, getChangeRequest, getDeployment, listChangeRequests } from "@trellis/core/delivery/index.ts";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { driftHeatMap, getMonitor, listAlerts, monitoringOverview } from "@trellis/core/monitoring/index.ts";
import { getRun, listRuns } from "@trellis/core/pipelines/index.ts";
import { getModel, getModelVersion, listModels } from "@trellis/core/registry/index.ts";
import { scorecards } from "@trellis/core/scorecards/index.ts";
import { listExperiments, runTable } from "@trellis/core/tracking/index.ts";
import { attempt, changeRequest, endpoint, jobOutbox, modelVersion, run, team, trafficMinute, user } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq, inArray } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTrellis, type Trellis } from "../create-trellis.ts";
import { readEnvironment } from "../environment.ts";
import { PEOPLE, TEAMS } from "./company.ts";
import { PROJECTS } from "./projects.ts";
import { seedLarge } from "./seed-large.ts";
import { type SeedReport, seedPortal } from "./seed-portal.ts";

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
/** Real git and files for every project: minutes on a busy machine. */
const PATIENCE_MS = 900_000;

describe("a seeded portal", () => {
  const database = testDatabase();
  let folder: string;
  let trellis: Trellis;
  let report: SeedReport;
  let reader: CoreContext;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trellis-seed-"));
    trellis = await createTrellis(readEnvironment({ PATH: process.env["PATH"], TRELLIS_DATA: folder }, folder), QUIET, { database: database.handle });
    report = await seedPortal(trellis, { share: 0.2 });
    reader = { ...trellis.context, actor: { kind: "system", name: "reader" } };
  }, PATIENCE_MS);
  afterAll(async () => {
    await trellis.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("has the whole company, and nothing went wrong on the way", async () => {
    expect(report.problems).toEqual([]);
    expect(report.accounts).toHaveLength(PEOPLE.length + 1);
    expect(await trellis.context.db.$count(user)).toBe(PEOPLE.length + 1);
    expect(await trellis.context.db.$count(team)).toBe(TEAMS.length);
    expect((await listProjects(reader, { limit: 100 })).items.map(({ slug }) => slug).toSorted()).toEqual(PROJECTS.map(({ slug }) => slug).toSorted());
    expect(await trellis.context.db.$count(modelVersion)).toBeGreaterThanOrEqual(2 * PROJECTS.length);
    expect(await trellis.context.db.$count(trafficMinute)).toBeGreaterThan(1_000);
  });

  it("leaves nothing under way and no address where nobody answers", async () => {
    const { db } = trellis.context;
    expect(await db.$count(run, inArray(run.status, ["queued", "running", "cancelling"]))).toBe(0);
    expect(await db.$count(attempt, inArray(attempt.status, ["launching", "running"]))).toBe(0);
    expect(await db.$count(changeRequest, inArray(changeRequest.status, ["approved", "committed"]))).toBe(0);
    expect(await db.$count(endpoint)).toBe(0);
    expect(await db.$count(jobOutbox)).toBe(0);
  });

  it("answers what the pages of runs and models ask", async () => {
    const { items } = await listRuns(reader, { limit: 100 });
    expect(items.length).toBeGreaterThan(30);
    for (const { id } of items) expect((await getRun(reader, { runId: id })).steps.length).toBeGreaterThan(0);
    const models = await listModels(reader, { limit: 100 });
    expect(models.items).toHaveLength(PROJECTS.length);
    for (const { name } of models.items) {
      const model = await getModel(reader, { model: name });
      const version = await getModelVersion(reader, { versionId: model.versionRows[0]?.id ?? "" });
      expect(version.files.length).toBeGreaterThan(3);
      expect(version.card).toContain("## Limits");
    }
  });

  it("has notebooks beside the pipelines", async () => {
    const { items } = await listExperiments(reader, { search: "parameter search" });
    expect(items.map(({ runs }) => runs)).toEqual([18, 18]);
    const { rows } = await runTable(reader, { experimentIds: [items[0]?.id ?? 0], sort: "metrics.auc", columns: ["metrics.auc"] });
    expect(rows[0]?.values["metrics.auc"]).toBeGreaterThan(Number(rows.at(-1)?.values["metrics.auc"]));
  });

  it("answers what the pages of delivery and monitoring ask", async () => {
    const requests = await listChangeRequests(reader, { limit: 100 });
    expect(new Set(requests.items.map(({ status }) => status))).toContain("applied");
    for (const { id } of requests.items) expect((await getChangeRequest(reader, { changeRequest: id })).events.length).toBeGreaterThan(0);
    const board = await deploymentsBoard(reader, {});
    expect(board.counts.total).toBeGreaterThan(3);
    const monitors = await monitoringOverview(reader, { limit: 50 });
    expect(monitors.items.length).toBeGreaterThan(3);
    for (const { deploymentId } of monitors.items) {
      await getDeployment(reader, { deployment: deploymentId });
      await getMonitor(reader, { deployment: deploymentId });
      expect((await driftHeatMap(reader, { deployment: deploymentId })).windows.length).toBeGreaterThan(0);
    }
    expect((await listAlerts(reader, {})).items.length).toBeGreaterThan(0);
    expect((await scorecards(reader, { limit: 50 })).items).toHaveLength(PROJECTS.length);
  });

  it("refuses a portal that has projects", async () => {
    await expect(seedPortal(trellis)).rejects.toMatchObject({ code: "CONFLICT", message: /has projects already/ });
  });

  it("writes bulk projects that the pages can show", async () => {
    await seedLarge(trellis, { projects: 3, runsPerProject: 20, versionsPerProject: 4 });
    const { items } = await listRuns(reader, { project: "bulk-0002", limit: 100 });
    expect(items).toHaveLength(20);
    expect((await getRun(reader, { project: "bulk-0002", number: 20 })).steps).toHaveLength(2);
    const model = await getModel(reader, { model: "bulk-0003" });
    expect(model.versionRows.map(({ version }) => version)).toEqual([4, 3, 2, 1]);
    expect(await trellis.context.db.$count(run, eq(run.triggerKey, "bulk 1"))).toBe(3);
  });
});
