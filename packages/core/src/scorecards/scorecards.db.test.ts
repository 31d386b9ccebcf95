import { approval, changeRequest, deployment, deploymentRevision, metricLatest, modelVersion, run, trafficMinute } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateMonitor } from "../monitoring/index.ts";
import { type MonitoringLab, openMonitoringLab } from "../monitoring/testing/monitoring-lab.ts";
import { startRun } from "../pipelines/index.ts";
import { projectScorecard, scorecards } from "./index.ts";

const database = testDatabase();
let lab: MonitoringLab;
let hidden: MonitoringLab;

beforeAll(async () => {
  lab = await openMonitoringLab(database.db);
  hidden = await openMonitoringLab(database.db, { visibility: "private" });
});

const resultsOf = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await projectScorecard(lab.vera, { project: lab.project.slug })).checks.map(({ id, result }) => [id, result]));

describe("a scorecard", () => {
  it("follows what the platform has recorded, from the first commit to a closed loop", async () => {
    const { db, system } = lab;
    expect(await projectScorecard(lab.vera, { project: lab.project.slug })).toMatchObject({ level: 0, slug: lab.project.slug, next: { checkId: "pipe.runs" } });

    const { runId } = await startRun(lab.ada, { project: lab.project.id, pipeline: "train" });
    await db.update(run).set({ status: "succeeded", dataDigest: "sha256:d" }).where(eq(run.id, runId));
    await db.insert(metricLatest).values({ runId, key: "auc", value: 0.7, step: 0, timestamp: 0, experimentId: 1, stepKey: "train" });
    const versionId = await lab.release(1);
    await db
      .update(modelVersion)
      .set({ runId, dataDigest: "sha256:d", card: "x".repeat(400) })
      .where(eq(modelVersion.id, versionId));
    const automated = await projectScorecard(lab.vera, { project: lab.project.id });
    expect(automated).toMatchObject({ level: 1, next: { checkId: "dep.gitops", level: 2 } });

    const [live] = await db.select().from(deployment).where(eq(deployment.id, lab.deploymentId));
    const changeRequestId = system.newId();
    const request = {
      projectId: lab.project.id,
      environmentId: live?.environmentId ?? "",
      deploymentName: lab.name,
      kind: "deploy" as const,
      modelId: lab.modelId,
      versionId,
      manifestPath: "x",
      status: "applied" as const,
      authorId: lab.ada.actor.userId,
      authorName: "Ada",
      approvalsRequired: 1,
      createdAt: lab.clock.now,
    };
    await db
      .insert(changeRequest)
      .values({ ...request, id: changeRequestId, gates: [{ gate: "run", title: "Run", verdict: "pass", evidence: "", href: null }] });
    await db
      .insert(deploymentRevision)
      .values({ id: system.newId(), deploymentId: lab.deploymentId, versionId, changeRequestId, commit: "c", liveAt: lab.clock.now, createdAt: lab.clock.now });
    expect((await resultsOf())["dep.gitops"]).toBe("fail");
    await db
      .insert(approval)
      .values({ id: system.newId(), changeRequestId, userId: lab.otto.actor.userId, userName: "Otto", verdict: "approved", boundTo: "x", at: lab.clock.now });
    expect(await projectScorecard(lab.vera, { project: lab.project.id })).toMatchObject({
      level: 2,
      next: { checkId: "mon.live", href: `/deployments/${lab.name}` },
    });

    for (const week of [0, 1, 2]) await lab.send(versionId, 1, week, 50, 50);
    await evaluateMonitor(system, { deploymentId: lab.deploymentId });
    await db.insert(trafficMinute).values({
      deploymentId: lab.deploymentId,
      minute: lab.clock.now,
      version: 1,
      requests: 3,
      rows: 150,
      clientErrors: 0,
      serverErrors: 0,
      dropped: 0,
      latencySumMs: 3,
      latencyP95Ms: 1,
    });
    expect(await resultsOf()).toMatchObject({ "mon.live": "pass", "mon.drift": "pass", "ct.trigger": "unknown", "ct.closed": "unknown" });

    const retrained = await startRun(system, { project: lab.project.id, pipeline: "train", trigger: { kind: "drift", key: "drift:1" } });
    await db
      .insert(changeRequest)
      .values({ ...request, id: system.newId(), authorId: null, authorName: "Run 2", openedByRunId: retrained.runId, status: "rejected" });
    expect(await projectScorecard(lab.vera, { project: lab.project.id })).toMatchObject({ level: 3, next: null });
  });

  it("of a private project is not there for others", async () => {
    await expect(projectScorecard(lab.vera, { project: hidden.project.slug })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await projectScorecard(hidden.ada, { project: hidden.project.slug })).checks).toHaveLength(15);
  });
});

describe("scorecards", () => {
  it("are listed for those who may see the projects, page by page, in two queries a page", async () => {
    const all = await scorecards(hidden.ada);
    expect(all.items.map(({ slug }) => slug)).toEqual([lab.project.slug, hidden.project.slug].toSorted());
    expect(all.items.every(({ total, results }) => total === Object.keys(results).length)).toBe(true);
    expect((await scorecards(lab.vera)).items.map(({ slug }) => slug)).toEqual([lab.project.slug]);
    const first = await scorecards(hidden.ada, { limit: 1 });
    const second = await scorecards(hidden.ada, { limit: 1, cursor: first.nextCursor ?? undefined });
    expect([...first.items, ...second.items].map(({ slug }) => slug)).toEqual(all.items.map(({ slug }) => slug));
    expect(second.nextCursor).toBeNull();
  });
});
