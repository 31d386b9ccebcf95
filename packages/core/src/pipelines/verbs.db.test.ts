import { auditEvent, jobOutbox, project, run } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  cancelRun,
  getRun,
  listRuns,
  planRetry,
  projectPipelines,
  projectSpec,
  readAttemptLog,
  registerPipelines,
  registerPipelinesJob,
  rerunRun,
  retryRun,
  runsTimeline,
  startRun,
} from "./index.ts";
import { openLab, type PipelineLab, projectFile } from "./testing/pipeline-lab.ts";

const database = testDatabase();
let lab: PipelineLab;
beforeEach(async () => {
  lab = await openLab(database.handle);
});
afterEach(() => lab.close());

const STEPS = "a: { stage: data, run: a }\nb: { stage: train, run: b, needs: [a] }";
const actionsOf = async (subjectId: string): Promise<string[]> =>
  (await database.db.select({ action: auditEvent.action }).from(auditEvent).where(eq(auditEvent.subjectId, subjectId)).orderBy(auditEvent.seq)).map(
    (row) => row.action,
  );

async function ready(): Promise<void> {
  await lab.push({ "uv.lock": "lock", "trellis.yaml": projectFile(lab.project.slug, STEPS, "monitors:\n  production: { environment: production }\n") });
  await registerPipelines(lab.ada, { project: lab.project.slug });
}

describe("registerPipelines", () => {
  it("makes a version only of what changed, and leaves an audit event", async () => {
    await ready();
    const again = await registerPipelines(lab.ada, { project: lab.project.id });
    expect(again.pipelines).toMatchObject([{ name: "train", number: 1, created: false }]);
    await lab.push({ "trellis.yaml": projectFile(lab.project.slug, `${STEPS}\nc: { stage: test, run: c }`) });
    expect((await registerPipelines(lab.ada, { project: lab.project.slug })).pipelines).toMatchObject([{ number: 2, created: true }]);
    expect(await actionsOf(lab.project.id)).toEqual(["pipelines.spec.register", "pipelines.spec.register", "pipelines.spec.register"]);
    expect((await projectSpec(lab.ada, { project: lab.project.slug })).problem).toBeNull();
  });

  it("keeps the last good version when the file is bad, and keeps what is wrong with it", async () => {
    await ready();
    const commit = await lab.push({ "trellis.yaml": projectFile(lab.project.slug, "a: { stage: data }") });
    await expect(registerPipelines(lab.ada, { project: lab.project.slug })).rejects.toMatchObject({
      code: "INVALID",
      issues: [{ file: "trellis.yaml", line: 8, path: "pipelines.train.steps.a.run" }],
    });
    const { spec, problem } = await projectSpec(lab.ada, { project: lab.project.slug });
    expect(spec?.monitors).toEqual({ production: { environment: "production", windowSeconds: 604_800, minRows: 200, alertAfter: 2, ofLast: 3 } });
    expect(problem).toMatchObject({ commit, message: expect.stringContaining("trellis.yaml:8:") });
    await registerPipelinesJob(lab.system, { projectId: lab.project.id });
    expect((await projectPipelines(lab.ada, { project: lab.project.slug })).pipelines).toMatchObject([{ name: "train", version: { number: 1 } }]);
    expect((await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" })).created).toBe(true);
  });

  it("says what is missing, and whose file it is", async () => {
    await expect(registerPipelines(lab.ada, { project: lab.project.slug })).rejects.toMatchObject({ code: "PRECONDITION_FAILED" });
    await lab.push({ "README.md": "" });
    await expect(registerPipelines(lab.ada, { project: lab.project.slug })).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("trellis.yaml is missing"),
    });
    await lab.push({ "trellis.yaml": projectFile("other", STEPS) });
    await expect(registerPipelines(lab.ada, { project: lab.project.slug })).rejects.toMatchObject({
      issues: [{ line: 2, message: expect.stringContaining(`belongs to the project ${lab.project.slug}`) }],
    });
    await expect(startRun(lab.ada, { project: lab.project.slug, pipeline: "train" })).rejects.toMatchObject({
      code: "PRECONDITION_FAILED",
      message: expect.stringContaining("refused"),
    });
  });

  it("marks a pipeline that is gone, whose runs stay", async () => {
    await ready();
    const { runId } = await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    await lab.push({ "trellis.yaml": `version: 1\nproject: ${lab.project.slug}\n` });
    await registerPipelines(lab.ada, { project: lab.project.slug });
    await expect(startRun(lab.ada, { project: lab.project.slug, pipeline: "train" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const { pipelines } = await projectPipelines(lab.ada, { project: lab.project.slug });
    expect(pipelines[0]).toMatchObject({ name: "train", removedAt: expect.any(Date), lastRuns: [{ id: runId }] });
  });
});

describe("startRun", () => {
  it("pins version and commit, checks parameters and leaves an audit event", async () => {
    await ready();
    await expect(startRun(lab.ada, { project: lab.project.slug, pipeline: "train", parameters: { depth: "0", depht: 1 } })).rejects.toMatchObject({
      code: "INVALID",
      issues: [{ path: "parameters.depht" }, { path: "parameters.depth", message: "depth must be at least 1, not 0." }],
    });
    const { runId, number } = await startRun(lab.ada, { project: lab.project.slug, pipeline: "train", parameters: { depth: "8" } });
    const found = await getRun(lab.ada, { project: lab.project.slug, number });
    expect(found).toMatchObject({
      id: runId,
      number: 1,
      status: "queued",
      parameters: { depth: 8 },
      triggerKind: "manual",
      requestedByName: "Ada",
      pipelineVersion: { number: 1 },
      abilities: { write: true },
    });
    expect(await actionsOf(runId)).toEqual(["pipelines.run.start"]);
  });

  it("makes one run of one firing, however often and however much at once it comes", async () => {
    await ready();
    const fire = () =>
      startRun(lab.system, { project: lab.project.id, pipeline: "train", trigger: { kind: "drift", key: "drift:1", cause: { summary: "distance drifted" } } });
    const runs = await Promise.all([fire(), fire(), fire()]);
    expect(new Set(runs.map((one) => one.runId)).size).toBe(1);
    expect(runs.filter((one) => one.created)).toHaveLength(1);
    expect((await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" })).number).toBe(2);
    const found = await getRun(lab.ada, { runId: runs[0]?.runId ?? "" });
    expect(found.events[0]).toMatchObject({ kind: "run.queued", message: "Started by a drift alert: distance drifted" });
  });

  it("says what the commit lacks", async () => {
    await lab.push({ "trellis.yaml": projectFile(lab.project.slug, "a: { stage: data, run: a, inputs: [data] }") });
    await registerPipelines(lab.ada, { project: lab.project.slug });
    const start = () => startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    await expect(start()).rejects.toMatchObject({ code: "INVALID", message: expect.stringContaining("There is no uv.lock at commit") });
    await lab.push({ "uv.lock": "" });
    await registerPipelines(lab.ada, { project: lab.project.slug });
    await expect(start()).rejects.toMatchObject({ code: "INVALID", message: expect.stringContaining("Step a reads data, which is not in the repository") });
    expect(await database.db.select().from(run).where(eq(run.projectId, lab.project.id))).toEqual([]);
  });
});

describe("who may do what with runs", () => {
  it("hides a private project's runs from others, and lets only members write", async () => {
    await ready();
    const { runId, number } = await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    const bob = await lab.person("Bob", "data_scientist");
    const writes = [
      () => startRun(bob, { project: lab.project.slug, pipeline: "train" }),
      () => registerPipelines(bob, { project: lab.project.slug }),
      () => cancelRun(bob, { runId }),
      () => retryRun(bob, { runId }),
      () => rerunRun(bob, { runId }),
    ];
    for (const write of writes) await expect(write()).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await getRun(bob, { runId })).abilities).toEqual({ write: false });
    await database.db.update(project).set({ visibility: "private" }).where(eq(project.id, lab.project.id));
    const reads = [
      () => getRun(bob, { runId }),
      () => getRun(bob, { project: lab.project.slug, number }),
      () => planRetry(bob, { runId }),
      () => projectPipelines(bob, { project: lab.project.slug }),
      () => projectSpec(bob, { project: lab.project.slug }),
    ];
    for (const hidden of [...writes, ...reads]) await expect(hidden()).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await listRuns(bob)).items.map((item) => item.id)).not.toContain(runId);
    const day = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
    expect((await runsTimeline(bob, day)).items.map((item) => item.id)).not.toContain(runId);
    expect((await runsTimeline(lab.ada, day)).items.map((item) => item.id)).toContain(runId);
  });
});

describe("rerunRun", () => {
  it("repeats a run with its commit and other parameters, or with the newest code", async () => {
    await ready();
    const { runId } = await startRun(lab.ada, { project: lab.project.slug, pipeline: "train", parameters: { depth: 9 } });
    const first = await getRun(lab.ada, { runId });
    const commit = await lab.push({ "README.md": "new", "trellis.yaml": projectFile(lab.project.slug, `${STEPS}\nc: { stage: test, run: c }`) });
    await registerPipelines(lab.ada, { project: lab.project.slug });
    const same = await getRun(lab.ada, { runId: (await rerunRun(lab.ada, { runId, parameters: { depth: 3 } })).runId });
    expect(same).toMatchObject({ commit: first.commit, parameters: { depth: 3 }, pipelineVersion: { number: 1 }, cause: { runNumber: 1 } });
    const key = { runId, code: "latest" as const, key: "once" };
    const newest = await rerunRun(lab.ada, key);
    expect((await rerunRun(lab.ada, key)).runId).toBe(newest.runId);
    expect(await getRun(lab.ada, { runId: newest.runId })).toMatchObject({ commit, parameters: { depth: 9 }, pipelineVersion: { number: 2 } });
    await expect(retryRun(lab.ada, { runId })).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("listRuns", () => {
  it("filters, searches and pages", async () => {
    await ready();
    for (let index = 0; index < 5; index += 1) await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    await cancelRun(lab.ada, { runId: (await getRun(lab.ada, { project: lab.project.slug, number: 2 })).id });
    const numbers = async (input: Parameters<typeof listRuns>[1]): Promise<number[]> =>
      (await listRuns(lab.ada, { project: lab.project.slug, ...input })).items.map((item) => item.number);
    expect(await numbers({})).toEqual([5, 4, 3, 2, 1]);
    expect(await numbers({ status: ["cancelled"] })).toEqual([2]);
    expect(await numbers({ search: "#3" })).toEqual([3]);
    expect(await numbers({ search: "ada", pipeline: "train", trigger: ["manual"], mine: true })).toHaveLength(5);
    expect(await numbers({ search: "100%" })).toEqual([]);
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await listRuns(lab.ada, { project: lab.project.slug, limit: 2, cursor });
      seen.push(...page.items.map((item) => item.number));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual([5, 4, 3, 2, 1]);
    await expect(listRuns(lab.ada, { cursor: "x" })).rejects.toMatchObject({ code: "INVALID" });
    const [last] = (await listRuns(lab.ada, { project: lab.project.slug, limit: 1 })).items;
    expect(last).toMatchObject({
      steps: { total: 3, done: 0, failed: 0 },
      stages: [{ key: "environment", stage: "setup", status: "queued" }, { key: "a" }, { key: "b" }],
      version: null,
    });
  });
});

describe("readAttemptLog", () => {
  it("reads by byte, and is hidden with its run", async () => {
    lab.executor.commands.set("a", async (_request, _stopped, log) => {
      log("hello\n");
      return 0;
    });
    await ready();
    const { runId } = await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    await lab.schedule();
    const found = await lab.ended(runId);
    const attemptId = found.attempts.find((attempt) => attempt.stepKey === "a")?.id ?? "";
    expect(await readAttemptLog(lab.ada, { attemptId, offset: 2 })).toEqual({ content: Buffer.from("llo\n"), nextOffset: 6, end: true });
    await database.db.update(project).set({ visibility: "private" }).where(eq(project.id, lab.project.id));
    await expect(readAttemptLog(await lab.person("Eve", "approver"), { attemptId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(found.usualSeconds).not.toBeNull();
    expect(Object.keys(found.usualStepSeconds).toSorted()).toEqual(["a", "b", "environment"]);
    expect((await database.db.select().from(jobOutbox)).some((job) => job.name === "run.finished" && JSON.stringify(job.payload).includes(runId))).toBe(true);
  });
});
