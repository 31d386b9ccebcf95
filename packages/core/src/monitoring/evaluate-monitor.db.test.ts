import { alert, auditEvent, deployment, driftReport, jobOutbox, lineageEdge, monitor, notification, run } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { and, asc, eq } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { dyingContext, Killed } from "../kernel/testing/dying-context.ts";
import { evaluateMonitor, startRetraining } from "./index.ts";
import { FIRST_DAY, type MonitoringLab, openMonitoringLab, WEEK_MS } from "./testing/monitoring-lab.ts";

const database = testDatabase();
let lab: MonitoringLab;
let v1: string;

beforeEach(async () => {
  lab = await openMonitoringLab(database.db);
  v1 = await lab.release(1);
});

/** Evaluates until nothing asks for more, and answers the jobs that start runs, as the job worker would. */
async function evaluate(from: MonitoringLab = lab): Promise<void> {
  await evaluateMonitor(from.system, { deploymentId: from.deploymentId });
  await answerRetrainJobs(from);
}

async function answerRetrainJobs(from: MonitoringLab): Promise<void> {
  const alerts = await alertsOf(from);
  for (const job of await database.db.select().from(jobOutbox).where(eq(jobOutbox.name, "monitor.retrain"))) {
    if (!alerts.some(({ id }) => id === job.key)) continue;
    await startRetraining(from.system, { alertId: String(job.key) });
    await database.db.delete(jobOutbox).where(eq(jobOutbox.seq, job.seq));
  }
}

const reportsOf = (from: MonitoringLab = lab) =>
  database.db
    .select()
    .from(driftReport)
    .where(eq(driftReport.deploymentId, from.deploymentId))
    .orderBy(asc(driftReport.windowStart), asc(driftReport.versionId));
const alertsOf = (from: MonitoringLab = lab) => database.db.select().from(alert).where(eq(alert.deploymentId, from.deploymentId)).orderBy(asc(alert.openedAt));
const runsOf = (from: MonitoringLab = lab) => database.db.select().from(run).where(eq(run.projectId, from.project.id)).orderBy(asc(run.number));
const auditsOf = async (action: string, from: MonitoringLab = lab) =>
  database.db
    .select()
    .from(auditEvent)
    .where(and(eq(auditEvent.action, action), eq(auditEvent.projectId, from.project.id)));

async function sendWeeks(means: number[], from: MonitoringLab = lab, versionId = v1): Promise<void> {
  for (const [week, mean] of means.entries()) await from.send(versionId, 1, week, 50, mean);
}

describe("evaluateMonitor", () => {
  it("takes the monitor of trellis.yaml and judges every window that has rows", async () => {
    await sendWeeks([1, 1, 50]);
    await evaluate();
    const [watch] = await database.db.select().from(monitor).where(eq(monitor.deploymentId, lab.deploymentId));
    expect(watch).toMatchObject({ name: "production", windowSeconds: 604_800, minRows: 20, alertAfter: 2, ofLast: 3 });
    const reports = await reportsOf();
    expect(
      reports.map(({ windowStart, currentRows, referenceRows, verdict }) => [windowStart.getTime() - FIRST_DAY, currentRows, referenceRows, verdict]),
    ).toEqual([
      [0, 50, 500, "stable"],
      [WEEK_MS, 50, 500, "stable"],
      [2 * WEEK_MS, 50, 500, "drifted"],
    ]);
    expect(reports[2]?.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ["distance", "numeric"],
      ["origin", "categorical"],
      ["probability", "numeric"],
    ]);
    expect(reports[2]?.driftedColumns).toEqual(["distance"]);
  });

  it("says so when a window has too few rows, or the version has no reference", async () => {
    await lab.send(v1, 1, 0, 19, 50);
    await evaluate();
    expect(await reportsOf()).toMatchObject([{ verdict: "insufficient", currentRows: 19, columns: [] }]);
    const v2 = await lab.release(2, "");
    await lab.send(v2, 2, 1, 50, 50);
    await evaluate();
    expect((await reportsOf()).at(-1)).toMatchObject({ versionId: v2, verdict: "insufficient", currentRows: 50, referenceRows: 0 });
    expect(await alertsOf()).toEqual([]);
  });

  it("judges a window again when it grows, and nothing when nothing came", async () => {
    await lab.send(v1, 1, 0, 50, 1);
    await evaluate();
    const [before] = await reportsOf();
    await evaluate();
    expect(lab.detector.calls).toBe(1);
    await lab.send(v1, 1, 0, 50, 100);
    await evaluate();
    const [after] = await reportsOf();
    expect(lab.detector.calls).toBe(2);
    expect(after).toMatchObject({ id: before?.id, currentRows: 100, verdict: "drifted" });
  });

  it("keeps windows where they are when older rows come later", async () => {
    await lab.send(v1, 1, 3, 50, 1);
    await evaluate();
    await lab.send(v1, 1, 0, 50, 1);
    await evaluate();
    expect((await reportsOf()).map(({ windowStart }) => (windowStart.getTime() - FIRST_DAY) % WEEK_MS)).toEqual([0, 0]);
  });

  it("is not misled by a single row of today among a replay of the past", async () => {
    const today = Math.floor((lab.clock.now.getTime() - FIRST_DAY) / WEEK_MS);
    await lab.sendMixed(v1, 1, [
      { week: today, rows: 1, mean: 1 },
      { week: 0, rows: 50, mean: 50 },
      { week: 1, rows: 30, mean: 50 },
    ]);
    await evaluate();
    expect((await reportsOf()).map(({ windowStart, currentRows }) => [(windowStart.getTime() - FIRST_DAY) / WEEK_MS, currentRows])).toEqual([
      [0, 50],
      [1, 30],
      [today, 1],
    ]);
    // The second week is still filling: one drifted week is no alert yet.
    expect(await alertsOf()).toEqual([]);
    await lab.sendMixed(v1, 1, [
      { week: 1, rows: 20, mean: 1 },
      { week: 2, rows: 50, mean: 1 },
    ]);
    await evaluate();
    expect(await reportsOf()).toHaveLength(4);
    await lab.send(v1, 1, 3, 50, 1);
    await evaluate();
    expect((await alertsOf()).map(({ windowEnd }) => windowEnd.getTime())).toEqual([FIRST_DAY + 2 * WEEK_MS]);
  });

  it("counts no window in which the traffic began midway: some days are missing and look like drift", async () => {
    await lab.sendMixed(v1, 1, [{ week: 5, rows: 1, mean: 1 }]);
    await evaluate();
    await lab.sendMixed(v1, 1, [
      { week: 0, rows: 30, mean: 50, from: 0.4 },
      { week: 1, rows: 50, mean: 50 },
      { week: 2, rows: 50, mean: 1 },
    ]);
    await evaluate();
    expect((await reportsOf()).map(({ verdict }) => verdict)).toEqual(["drifted", "drifted", "stable", "insufficient"]);
    expect(await alertsOf()).toEqual([]);
  });

  it("does more windows than one pass holds, pass by pass, in the order of time", async () => {
    await sendWeeks(Array.from({ length: 20 }, () => 1));
    await evaluate();
    expect(await reportsOf()).toHaveLength(16);
    expect(
      await database.db
        .select()
        .from(jobOutbox)
        .where(and(eq(jobOutbox.name, "monitor.evaluate"), eq(jobOutbox.key, lab.deploymentId))),
    ).toHaveLength(1);
    await evaluate();
    expect(await reportsOf()).toHaveLength(20);
  });
});

describe("an alert", () => {
  it("opens after two drifted weeks of three, once, and is told to the members", async () => {
    await sendWeeks([1, 50, 50, 50]);
    await evaluate();
    await evaluate();
    const alerts = await alertsOf();
    expect(alerts).toHaveLength(1);
    // The fourth week may still be filling, so it says nothing yet.
    expect(alerts[0]).toMatchObject({
      status: "firing",
      columns: ["distance"],
      since: new Date(FIRST_DAY + WEEK_MS),
      windowEnd: new Date(FIRST_DAY + 3 * WEEK_MS),
    });
    expect(alerts[0]?.summary).toBe("distance has drifted since 8 February 2001: PSI 0.5, limit 0.1; 2 of the last 3 weeks");
    expect(await auditsOf("monitoring.alert.open")).toHaveLength(1);
    const told = await database.db.select().from(notification).where(eq(notification.userId, lab.ada.actor.userId));
    expect(told).toMatchObject([{ kind: "drift_alert", title: `${lab.name}: distance drifts`, href: `/monitoring/${lab.name}` }]);
  });

  it("starts one run with the window's end as parameter, and the report is the run's origin", async () => {
    await sendWeeks([50, 50, 1]);
    await evaluate();
    await evaluate();
    const [opened] = await alertsOf();
    const runs = await runsOf();
    expect(runs).toMatchObject([
      {
        triggerKind: "drift",
        triggerKey: `drift:${opened?.id}`,
        parameters: { until: "2001-02-15" },
        requestedByName: "Monitoring",
        cause: { alertId: opened?.id },
      },
    ]);
    expect(opened?.runId).toBe(runs[0]?.id);
    const edges = await database.db
      .select()
      .from(lineageEdge)
      .where(eq(lineageEdge.toId, runs[0]?.id ?? ""));
    expect(edges).toMatchObject([{ fromKind: "drift_report", fromId: opened?.reportId, relation: "caused" }]);
    expect(await auditsOf("monitoring.alert.retrain")).toHaveLength(1);
  });

  it("waits with its run while another is under way, and starts it afterwards", async () => {
    await sendWeeks([50, 50, 1]);
    const { startRun } = await import("../pipelines/index.ts");
    const manual = await startRun(lab.ada, { project: lab.project.id, pipeline: "train" });
    await evaluate();
    expect((await runsOf()).map(({ triggerKind }) => triggerKind)).toEqual(["manual"]);
    await database.db.update(run).set({ status: "succeeded" }).where(eq(run.id, manual.runId));
    await evaluate();
    expect((await runsOf()).map(({ triggerKind }) => triggerKind)).toEqual(["manual", "drift"]);
  });

  it("starts nothing when trellis.yaml does not ask for it", async () => {
    const quiet = await openMonitoringLab(database.db, { trigger: false });
    await sendWeeks([50, 50, 1], quiet, await quiet.release(1));
    await evaluate(quiet);
    expect(await alertsOf(quiet)).toHaveLength(1);
    expect(await runsOf(quiet)).toEqual([]);
  });

  it("tells the members once when the run cannot be started", async () => {
    await sendWeeks([50, 50, 1]);
    await lab.sources.push(lab.project.repository, { "uv.lock": null });
    const { registerPipelines } = await import("../pipelines/index.ts");
    await registerPipelines(lab.ada, { project: lab.project.id });
    await evaluate();
    await evaluate();
    expect(await runsOf()).toEqual([]);
    const told = await database.db
      .select({ title: notification.title, body: notification.body })
      .from(notification)
      .where(eq(notification.userId, lab.ada.actor.userId));
    expect(told.filter(({ title }) => title.includes("could not be started"))).toMatchObject([{ body: expect.stringContaining("uv.lock") }]);
  });

  it("takes in later drift and resolves after three stable weeks", async () => {
    await sendWeeks([50, 50, 50, 1]);
    await evaluate();
    expect(await alertsOf()).toMatchObject([{ status: "firing", windowEnd: new Date(FIRST_DAY + 3 * WEEK_MS) }]);
    await lab.send(v1, 1, 4, 50, 1);
    await lab.send(v1, 1, 5, 50, 1);
    await evaluate();
    expect((await alertsOf())[0]?.status).toBe("firing");
    await lab.send(v1, 1, 6, 50, 1);
    await evaluate();
    expect(await alertsOf()).toMatchObject([{ status: "resolved", resolvedAt: lab.clock.now }]);
    expect(await runsOf()).toHaveLength(1);
  });

  it("comes and goes in one evaluation when months arrive at once, and has its run all the same", async () => {
    await sendWeeks([1, 50, 50, 1, 1, 1, 1]);
    await evaluate();
    await evaluate();
    expect(await alertsOf()).toMatchObject([{ status: "resolved", since: new Date(FIRST_DAY + WEEK_MS), windowEnd: new Date(FIRST_DAY + 3 * WEEK_MS) }]);
    expect(await runsOf()).toMatchObject([{ triggerKind: "drift", parameters: { until: "2001-02-22" } }]);
  });

  it("is resolved when another version is live, which is judged by its own reference", async () => {
    await sendWeeks([50, 50, 1]);
    await evaluate();
    const v2 = await lab.release(2);
    await lab.send(v2, 2, 3, 50, 1);
    await evaluate();
    expect(await alertsOf()).toMatchObject([{ status: "resolved", versionId: v1 }]);
    expect((await reportsOf()).at(-1)).toMatchObject({ versionId: v2, verdict: "stable" });
    expect((await auditsOf("monitoring.alert.resolve"))[0]?.data).toEqual({ reason: "Version 2 has taken its place." });
  });

  it("counts the last week once nothing has come for ten minutes, and asks to be looked at then", async () => {
    await sendWeeks([50, 50]);
    await evaluate();
    expect(await alertsOf()).toEqual([]);
    expect(
      await database.db
        .select({ delay: jobOutbox.delaySeconds })
        .from(jobOutbox)
        .where(eq(jobOutbox.key, `settle:${lab.deploymentId}`)),
    ).toEqual([{ delay: 605 }]);
    lab.clock.now = new Date(lab.clock.now.getTime() + 605_000);
    await evaluate();
    expect(await alertsOf()).toHaveLength(1);
  });
});

describe("a kill", () => {
  it("at any point of an evaluation and of the start of the run leaves one alert, one notice and one run", async () => {
    let deaths = 0;
    for (let point = 0; ; point += 1) {
      const own = await openMonitoringLab(database.db);
      await sendWeeks([1, 50, 50, 1], own, await own.release(1));
      const dying = dyingContext(own.system, point);
      const first = await evaluateMonitor(dying.ctx, { deploymentId: own.deploymentId })
        .then(async () => {
          const [opened] = await alertsOf(own);
          if (opened) await startRetraining(dying.ctx, { alertId: opened.id });
        })
        .catch((error: unknown) => error);
      if (!dying.isDead()) break;
      expect(first).toBeInstanceOf(Killed);
      deaths += 1;
      await evaluate(own);
      await evaluate(own);
      const alerts = await alertsOf(own);
      const runs = await runsOf(own);
      expect(alerts, `killed at point ${point}`).toHaveLength(1);
      expect(runs, `killed at point ${point}`).toHaveLength(1);
      expect(alerts[0]?.runId).toBe(runs[0]?.id);
      expect(await reportsOf(own)).toHaveLength(4);
      expect(await database.db.select().from(notification).where(eq(notification.userId, own.ada.actor.userId))).toHaveLength(1);
      for (const action of ["monitoring.alert.open", "monitoring.alert.retrain", "monitoring.monitor.create"])
        expect(await auditsOf(action, own), `${action}, killed at point ${point}`).toHaveLength(1);
    }
    expect(deaths).toBeGreaterThan(15);
  }, 120_000);
});

it("a deployment that was removed or has no traffic is left alone", async () => {
  await evaluate();
  expect(await reportsOf()).toEqual([]);
  await sendWeeks([50, 50]);
  await database.db.update(deployment).set({ lifecycle: "removed" }).where(eq(deployment.id, lab.deploymentId));
  await evaluate();
  expect(await reportsOf()).toEqual([]);
});
