import { alert, auditEvent, jobOutbox, run } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { and, eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import {
  acknowledgeAlert,
  countOpenAlerts,
  driftHeatMap,
  driftSeries,
  ensureMonitor,
  ensureMonitorOf,
  evaluateAllMonitors,
  evaluateMonitor,
  evaluateNow,
  featureDistribution,
  getAlert,
  getMonitor,
  listAlerts,
  monitoringOverview,
  requestEvaluation,
  resolveAlert,
  retrainNow,
  startMonitoring,
} from "./index.ts";
import { FIRST_DAY, type MonitoringLab, openMonitoringLab, WEEK_MS } from "./testing/monitoring-lab.ts";

const database = testDatabase();
/** `lab` has an open alert; `hidden` is the same in a private project; `empty` has no traffic. */
let lab: MonitoringLab;
let hidden: MonitoringLab;
let empty: MonitoringLab;
let alertId: string;
let hiddenAlertId: string;

async function watched(options: Parameters<typeof openMonitoringLab>[1], means: number[]): Promise<MonitoringLab> {
  const opened = await openMonitoringLab(database.db, options);
  const version = await opened.release(1);
  for (const [week, mean] of means.entries()) await opened.send(version, 1, week, 50, mean);
  await evaluateMonitor(opened.system, { deploymentId: opened.deploymentId });
  return opened;
}

const alertOf = async (from: MonitoringLab): Promise<string> => {
  const [row] = await database.db.select({ id: alert.id }).from(alert).where(eq(alert.deploymentId, from.deploymentId));
  return row?.id ?? "";
};

beforeAll(async () => {
  lab = await watched({}, [1, 50, 50, 1]);
  hidden = await watched({ visibility: "private", trigger: false }, [50, 50, 1]);
  empty = await watched({}, []);
  alertId = await alertOf(lab);
  hiddenAlertId = await alertOf(hidden);
});

describe("monitoringOverview", () => {
  it("says how every deployment stands that the actor may see", async () => {
    const { items } = await monitoringOverview(lab.vera);
    expect(items.map(({ deploymentName }) => deploymentName).toSorted()).toEqual([lab.name, empty.name].toSorted());
    const found = items.find(({ deploymentName }) => deploymentName === lab.name);
    expect(found).toMatchObject({
      state: "drifted",
      since: new Date(FIRST_DAY + WEEK_MS),
      alert: { id: alertId, status: "firing" },
      driftedColumns: ["distance"],
      lastWindowEnd: new Date(FIRST_DAY + 3 * WEEK_MS),
      environment: "production",
      liveVersion: { version: 1 },
      monitor: { name: "production", minRows: 20 },
    });
    expect(found?.headline).toBe(found?.alert?.summary);
    expect(found?.recent.map(({ verdict, complete }) => [verdict, complete])).toEqual([
      ["stable", true],
      ["drifted", true],
      ["drifted", true],
      ["stable", false],
    ]);
    expect(items.find(({ deploymentName }) => deploymentName === empty.name)).toMatchObject({
      state: "no_traffic",
      headline: "No predictions yet",
      recent: [],
    });
  });

  it("can be narrowed to a state or a project, and shows private ones to members", async () => {
    expect((await monitoringOverview(lab.vera, { state: "drifted" })).items.map(({ deploymentName }) => deploymentName)).toEqual([lab.name]);
    expect((await monitoringOverview(hidden.ada, { projectId: hidden.project.id })).items).toHaveLength(1);
    expect((await monitoringOverview(lab.vera, { projectId: hidden.project.id })).items).toEqual([]);
  });

  it("comes page by page", async () => {
    const first = await monitoringOverview(lab.vera, { limit: 1 });
    expect(first.nextCursor).not.toBeNull();
    const second = await monitoringOverview(lab.vera, { limit: 1, cursor: first.nextCursor ?? undefined });
    expect(second.items).toHaveLength(1);
    expect(second.items[0]?.deploymentId).not.toBe(first.items[0]?.deploymentId);
    expect(second.nextCursor).toBeNull();
  });
});

describe("the page of a monitor", () => {
  it("shows what is watched, and what starts by itself", async () => {
    const found = await getMonitor(lab.ada, { deployment: lab.name });
    expect(found.features.map(({ name, role }) => `${name} ${role}`)).toEqual(["distance input", "origin input", "probability output"]);
    expect(found).toMatchObject({ retrain: { pipeline: "train", enabled: true }, abilities: { write: true } });
    expect((await getMonitor(lab.vera, { deployment: lab.deploymentId })).abilities).toEqual({ write: false });
    expect((await getMonitor(hidden.ada, { deployment: hidden.name })).retrain).toBeNull();
  });

  it("has a heat map with the drifted feature first, in the order of the windows", async () => {
    const map = await driftHeatMap(lab.vera, { deployment: lab.name });
    expect(map.windows.map(({ start, rows, version }) => [start.getTime() - FIRST_DAY, rows, version])).toEqual([
      [0, 50, 1],
      [WEEK_MS, 50, 1],
      [2 * WEEK_MS, 50, 1],
      [3 * WEEK_MS, 50, 1],
    ]);
    expect(map.features.map(({ name }) => name)).toEqual(["distance", "probability", "origin"]);
    expect(map.features[0]?.cells.map((cell) => cell?.verdict)).toEqual(["stable", "drifted", "drifted", "stable"]);
    expect(map.features[0]).toMatchObject({ since: new Date(FIRST_DAY + WEEK_MS), latest: 0.01 });
    const page = await driftHeatMap(lab.vera, { deployment: lab.name, limit: 2, before: new Date(FIRST_DAY + 3 * WEEK_MS) });
    expect(page.windows.map(({ start }) => start.getTime() - FIRST_DAY)).toEqual([WEEK_MS, 2 * WEEK_MS]);
  });

  it("has a feature's series and its distribution in a window, in words", async () => {
    const series = await driftSeries(lab.vera, { deployment: lab.name, feature: "distance" });
    expect(series.threshold).toBe(0.1);
    expect(series.points.map(({ value, noiseFloor }) => [value, noiseFloor])).toEqual([
      [0.01, 0.01],
      [0.5, 0.01],
      [0.5, 0.01],
      [0.01, 0.01],
    ]);
    const reportId = series.points[1]?.reportId ?? "";
    expect(await featureDistribution(lab.vera, { reportId, feature: "distance" })).toMatchObject({
      role: "input",
      value: 0.5,
      referenceRows: 500,
      currentRows: 50,
      bins: [{ label: "≤ 10" }, { label: "> 10" }],
      finding: "PSI 0.5, limit 0.1; the share of > 10 went from 10 % to 80 %.",
    });
    await expect(featureDistribution(lab.vera, { reportId, feature: "colour" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("of a private project is not there for others", async () => {
    const [window] = (await driftHeatMap(hidden.ada, { deployment: hidden.name })).windows;
    await expect(getMonitor(lab.vera, { deployment: hidden.name })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: `Deployment ${hidden.name} was not found.`,
    });
    await expect(driftHeatMap(lab.ada, { deployment: hidden.name })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(driftSeries(lab.ada, { deployment: hidden.name, feature: "distance" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(featureDistribution(lab.ada, { reportId: window?.reportId ?? "", feature: "distance" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(getAlert(lab.ada, { alertId: hiddenAlertId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("alerts", () => {
  it("are listed and counted for those who may see them", async () => {
    expect((await listAlerts(lab.vera)).items.map(({ id }) => id)).toEqual([alertId]);
    expect((await listAlerts(hidden.ada)).items.map(({ id }) => id).toSorted()).toEqual([alertId, hiddenAlertId].toSorted());
    expect(await countOpenAlerts(lab.vera)).toBe(1);
    expect((await listAlerts(lab.vera, { status: ["resolved"] })).items).toEqual([]);
    const first = await listAlerts(hidden.ada, { limit: 1 });
    const second = await listAlerts(hidden.ada, { limit: 1, cursor: first.nextCursor ?? undefined });
    expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(2);
  });

  it("are changed by members alone", async () => {
    for (const change of [acknowledgeAlert, resolveAlert]) {
      await expect(change(lab.vera, { alertId })).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(change(lab.otto, { alertId })).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(change(lab.ada, { alertId: hiddenAlertId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
    await expect(retrainNow(lab.otto, { alertId })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(retrainNow(lab.ada, { deploymentId: hidden.name })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(evaluateNow(lab.otto, { deploymentId: lab.name })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("are acknowledged once, by a person whose name is shown", async () => {
    await acknowledgeAlert(lab.ada, { alertId });
    await acknowledgeAlert(lab.ada, { alertId });
    expect(await getAlert(lab.vera, { alertId })).toMatchObject({ status: "acknowledged", acknowledgedBy: { name: "Ada" } });
    expect(
      await database.db
        .select()
        .from(auditEvent)
        .where(and(eq(auditEvent.subjectId, alertId), eq(auditEvent.action, "monitoring.alert.acknowledge"))),
    ).toHaveLength(1);
  });

  it("retrain by hand with the window's end, and remember the run", async () => {
    const { runId, number } = await retrainNow(lab.ada, { alertId });
    const [started] = await database.db.select().from(run).where(eq(run.id, runId));
    expect(started).toMatchObject({
      number,
      triggerKind: "manual",
      parameters: { until: "2001-02-22" },
      requestedBy: lab.ada.actor.userId,
      cause: { alertId },
    });
    expect(await getAlert(lab.vera, { alertId })).toMatchObject({ run: { id: runId, number } });
  });

  it("are resolved once, stay so for the windows they covered, and open again with the next drift", async () => {
    await resolveAlert(lab.ada, { alertId, reason: "A new airport, known" });
    await resolveAlert(lab.ada, { alertId });
    await expect(acknowledgeAlert(lab.ada, { alertId })).rejects.toMatchObject({ code: "CONFLICT" });
    await evaluateMonitor(lab.system, { deploymentId: lab.deploymentId });
    expect(await countOpenAlerts(lab.vera)).toBe(0);
    const [row] = await database.db.select({ versionId: alert.versionId }).from(alert).where(eq(alert.id, alertId));
    for (const week of [4, 5, 6]) await lab.send(row?.versionId ?? "", 1, week, 50, 50);
    await evaluateMonitor(lab.system, { deploymentId: lab.deploymentId });
    expect(await countOpenAlerts(lab.vera)).toBe(1);
  });
});

it("the timer asks at once for a look at everything, and is quiet when it is stopped", async () => {
  const before = await database.db.select().from(jobOutbox).where(eq(jobOutbox.name, "monitor.evaluate-all"));
  await startMonitoring(lab.system).stop();
  expect(await database.db.select().from(jobOutbox).where(eq(jobOutbox.name, "monitor.evaluate-all"))).toHaveLength(before.length + 1);
});

describe("monitors", () => {
  it("watch with the default rule where trellis.yaml names none, and follow what it says now", async () => {
    const own = await watched({}, []);
    expect(await ensureMonitor(own.system, own.deploymentId)).toMatchObject({ name: "production", minRows: 20 });
    const changed = await ensureMonitor(own.system, own.deploymentId, { name: "hourly", windowSeconds: 3_600, minRows: 5, alertAfter: 1, ofLast: 1 });
    expect(changed).toMatchObject({ name: "hourly", windowSeconds: 3_600 });
    expect((await ensureMonitor(own.system, own.deploymentId, { name: "hourly", windowSeconds: 3_600, minRows: 5, alertAfter: 1, ofLast: 1 })).id).toBe(
      changed.id,
    );
    await expect(ensureMonitor(own.system, own.system.newId())).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("are asked to look by traffic, by a person, by a new version and by the timer", async () => {
    const jobs = async () =>
      (
        await database.db
          .select()
          .from(jobOutbox)
          .where(and(eq(jobOutbox.name, "monitor.evaluate"), eq(jobOutbox.key, lab.deploymentId)))
      ).map(({ delaySeconds }) => delaySeconds);
    const before = await jobs();
    await requestEvaluation(lab.system, { deploymentId: lab.deploymentId });
    await evaluateNow(lab.ada, { deploymentId: lab.name });
    await ensureMonitorOf(lab.system, { deploymentId: lab.deploymentId });
    await evaluateAllMonitors(lab.system);
    expect((await jobs()).slice(before.length)).toEqual([5, 0, 0, 0]);
  });
});
