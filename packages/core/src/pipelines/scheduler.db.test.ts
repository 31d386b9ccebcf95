import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { testDatabase } from "@trellis/db/testing";
import { auditEvent, jobOutbox, notification } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cancelRun, planRetry, registerPipelines, retryRun, startRun } from "./index.ts";
import { type FakeCommand, untilStopped } from "./testing/fake-executor.ts";
import { openLab, type PipelineLab, projectFile } from "./testing/pipeline-lab.ts";

const DESCRIPTOR = JSON.stringify({
  format: 1,
  name: "lab-model",
  task: "classification",
  framework: "none",
  loader: "lab:load",
  signature: { inputs: [{ name: "x", type: "double" }], outputs: [{ name: "p", type: "double" }] },
});

/** A command that writes files into its work folder. */
const writes =
  (files: Record<string, string>): FakeCommand =>
  async ({ workFolder }) => {
    for (const [file, content] of Object.entries(files)) {
      if (file.endsWith("/")) {
        await mkdir(path.join(workFolder, file), { recursive: true });
        continue;
      }
      await mkdir(path.dirname(path.join(workFolder, file)), { recursive: true });
      await writeFile(path.join(workFolder, file), content);
    }
    return 0;
  };

describe("the pipeline scheduler", () => {
  const database = testDatabase();
  let lab: PipelineLab;

  beforeEach(async () => {
    lab = await openLab(database.handle);
  });
  afterEach(() => lab.close());

  async function start(steps: string, rest = "", files: Record<string, string> = {}): Promise<string> {
    await lab.push({ "uv.lock": "lock", "trellis.yaml": projectFile(lab.project.slug, steps, rest), ...files });
    await registerPipelines(lab.ada, { project: lab.project.slug });
    return (await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" })).runId;
  }

  it("runs steps in order, hands outputs on, and registers the model of a good run", async () => {
    lab.executor.commands.set("prepare", writes({ "work/train.csv": "a,b\n" }));
    lab.executor.commands.set("train", async (request) => {
      await writeFile(
        path.join(request.environment.TRELLIS_OUTPUT ?? "", "metrics.jsonl"),
        '{"key":"auc","value":0.5,"step":1}\nbroken\n{"key":"auc","value":0.7,"step":2}',
      );
      await writeFile(path.join(request.environment.TRELLIS_OUTPUT ?? "", "params.json"), '{"trees":100}');
      await writeFile(path.join(request.environment.TRELLIS_OUTPUT ?? "", "summary.md"), "# Good");
      return writes({ "model/trellis-model.json": DESCRIPTOR, "model/card.md": "A card", "model/weights/w.bin": "w" })(
        request,
        new AbortController().signal,
        () => {},
      );
    });
    const runId = await start(
      `prepare: { stage: data, run: prepare, inputs: [data], outputs: [work/train.csv] }
       train: { stage: train, run: train, needs: [prepare], outputs: [model] }`.replaceAll(/\n +/g, "\n"),
      "    register: { model: lab-model, from: train, path: model }\n",
      { "data/x.csv": "1,2\n" },
    );
    await lab.schedule();
    const found = await lab.ended(runId);
    expect([found.status, found.reason, lab.errors]).toEqual(["succeeded", "", []]);
    expect(found.steps.map((step) => `${step.key} ${step.status}`)).toEqual(["environment succeeded", "prepare succeeded", "train succeeded"]);
    expect(lab.executor.begun.map((request) => request.command)).toEqual([expect.stringMatching(/^install sha256:/), "prepare", "train"]);
    expect(found.metrics.map(({ key, value, step, points }) => ({ key, value, step, points }))).toEqual([{ key: "auc", value: 0.7, step: 2, points: 2 }]);
    expect(found.params).toEqual([{ key: "trees", value: "100", stepKey: "train" }]);
    expect(found.steps[2]?.summary).toBe("# Good");
    expect(found.events.map((event) => event.message)).toContain("metrics.jsonl, byte 35: not a JSON object: broken");
    expect(found.versions).toMatchObject([{ version: 1, modelName: "lab-model" }]);
    expect(found.datasets).toMatchObject([{ name: "data", sizeBytes: 4 }]);
    expect(found.artifacts).toEqual({ total: 4, sizeBytes: expect.any(Number) });
    const jobs = await database.db.select().from(jobOutbox);
    expect(jobs.filter((job) => JSON.stringify(job.payload).includes(runId)).map((job) => job.name)).toEqual(["run.finished", "version.registered"]);
  });

  it("shows an environment that exists as cached, and says why steps wait", async () => {
    const runId = await start("a: { stage: data, run: a }\nb: { stage: train, run: b, needs: [a] }\nc: { stage: test, run: c, needs: [a, b] }");
    const before = await lab.until(runId, () => true);
    expect(before.steps.map((step) => `${step.status} ${step.reason}`)).toEqual([
      "queued ",
      "waiting Waiting for environment",
      "waiting Waiting for a",
      "waiting Waiting for a and b",
    ]);
    await lab.schedule();
    expect((await lab.ended(runId)).status).toBe("succeeded");
    const second = await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    const found = await lab.ended(second.runId);
    expect(found.steps[0]).toMatchObject({ key: "environment", status: "cached", reason: "The environment of this lock file exists already." });
    expect(found.steps.map((step) => step.attempts)).toEqual([0, 1, 1, 1]);
  });

  it("gives the command exactly the environment of the step contract", async () => {
    const runId = await start("a: { stage: data, run: a }");
    await lab.schedule();
    await lab.ended(runId);
    const request = lab.executor.begun.at(-1);
    const folder = path.dirname(request?.workFolder ?? "");
    expect(folder.startsWith(path.join(lab.rootFolder, runId))).toBe(true);
    expect(request?.environment).toEqual({
      PATH: expect.stringMatching(/^\/environments\/[0-9a-f]{12}\/bin:\/usr\/local\/sbin:/),
      VIRTUAL_ENV: expect.any(String),
      HOME: path.join(folder, "home"),
      LANG: "C.UTF-8",
      TZ: "UTC",
      PYTHONUNBUFFERED: "1",
      PYTHONHASHSEED: "0",
      PYTHONPATH: `${folder}/work/src:${folder}/work:/client`,
      TRELLIS_RUN_ID: runId,
      TRELLIS_RUN_NUMBER: "1",
      TRELLIS_PROJECT: lab.project.slug,
      TRELLIS_STEP: "a",
      TRELLIS_ATTEMPT: "1",
      TRELLIS_PARAMETERS: path.join(folder, "parameters.json"),
      TRELLIS_OUTPUT: path.join(folder, "output"),
    });
    expect(JSON.parse(await readFile(path.join(folder, "parameters.json"), "utf8"))).toEqual({ depth: 6 });
  });

  it("ends a run whose step fails with the reason, skips what needs it, finishes the rest and tells who asked", async () => {
    lab.executor.commands.set("bad", async (_request, _stopped, log) => {
      log("Traceback\nValueError: no rows\n");
      return 1;
    });
    const runId = await start("bad: { stage: data, run: bad }\nafter: { stage: train, run: after, needs: [bad] }\nbeside: { stage: test, run: beside }");
    await lab.schedule(1);
    const found = await lab.ended(runId);
    expect([found.status, found.reason]).toEqual(["failed", "Step bad failed: Exit code 1: ValueError: no rows"]);
    expect(found.steps.map((step) => `${step.key} ${step.status} ${step.reason}`)).toEqual([
      "environment succeeded ",
      "bad failed Exit code 1: ValueError: no rows",
      "after skipped Skipped because bad did not succeed",
      "beside succeeded ",
    ]);
    const told = await database.db
      .select()
      .from(notification)
      .where(eq(notification.href, `/projects/${lab.project.slug}/runs/1`));
    expect(told).toMatchObject([{ kind: "run_failed", body: found.reason }]);
    const audited = await database.db.select().from(auditEvent).where(eq(auditEvent.subjectId, runId));
    expect(audited.map((event) => event.action)).toEqual(["pipelines.run.start", "pipelines.run.finish"]);
  });

  it.each([
    ["is missing", {}, "Declared output work/model is missing: the command ended well but did not leave it."],
    ["is an empty folder", { "work/model/": "" }, "Declared output work/model is a folder without files."],
  ])("fails a step whose declared output %s", async (_, files, reason) => {
    lab.executor.commands.set("a", writes(files));
    const runId = await start("a: { stage: data, run: a, outputs: [work/model] }");
    await lab.schedule();
    expect((await lab.ended(runId)).reason).toBe(`Step a failed: ${reason}`);
  });

  it("refuses an output that is a link", async () => {
    lab.executor.commands.set("a", async ({ workFolder }) => {
      await symlink("/etc/passwd", path.join(workFolder, "out"));
      return 0;
    });
    const runId = await start("a: { stage: data, run: a, outputs: [out] }");
    await lab.schedule();
    expect((await lab.ended(runId)).reason).toContain("out is neither a file nor a folder");
    expect(lab.store.blobs.size).toBe(0);
  });

  it("survives reports and logs full of rubbish", async () => {
    lab.executor.commands.set("a", async ({ environment }, _stopped, log) => {
      const output = environment.TRELLIS_OUTPUT ?? "";
      await writeFile(path.join(output, "metrics.jsonl"), '\0\n{"key":"a\\u0000","value":1}\n{"key":"ok","value":1}\n');
      await writeFile(path.join(output, "params.json"), '{"a":"x\\u0000\\ud800","\\u0000":1}');
      await writeFile(path.join(output, "summary.md"), Buffer.from([65, 0, 255, 66]));
      await symlink("/etc/passwd", path.join(output, "progress.json"));
      log("bad \0 end");
      return 1;
    });
    const runId = await start("a: { stage: data, run: a }");
    await lab.schedule();
    const found = await lab.ended(runId);
    expect([found.reason, lab.errors]).toEqual(["Step a failed: Exit code 1: bad  end", []]);
    expect(found).toMatchObject({ metrics: [{ key: "ok" }], params: [{ key: "a", value: "x\ufffd" }] });
    expect(found.steps[1]?.summary).toBe("A\ufffdB");
  });

  it.each([
    ["has a backslash in its name", "a\\b"],
    ["has an unreadable name", Buffer.from([0x61, 0xff])],
  ])("fails a step whose output %s", async (_, name) => {
    lab.executor.commands.set("a", async ({ workFolder }) => {
      await mkdir(path.join(workFolder, "out"));
      await writeFile(Buffer.concat([Buffer.from(path.join(workFolder, "out/")), Buffer.from(name)]), "x");
      return 0;
    });
    const runId = await start("a: { stage: data, run: a, outputs: [out] }");
    await lab.schedule();
    expect((await lab.ended(runId)).reason).toContain("Step a failed: Declared output: ");
  });

  it("refuses a model that says what no column can keep", async () => {
    lab.executor.commands.set("a", writes({ "model/trellis-model.json": DESCRIPTOR.replace('"none"', '"no\\u0000ne"') }));
    const runId = await start("a: { stage: package, run: a, outputs: [model] }", "    register: { model: lab-model, from: a, path: model }\n");
    await lab.schedule();
    expect((await lab.ended(runId)).reason).toContain("model/trellis-model.json: contains NUL characters or broken text");
  });

  it("tries again after the back-off, with metrics only of the last attempt", async () => {
    let tries = 0;
    lab.executor.commands.set("a", async ({ environment }) => {
      tries += 1;
      await writeFile(path.join(environment.TRELLIS_OUTPUT ?? "", "metrics.jsonl"), `{"key":"loss","value":${tries},"step":${10 - tries}}\n`);
      return tries === 1 ? 3 : 0;
    });
    const runId = await start("a: { stage: data, run: a, retries: { limit: 1, backoff: 1s } }");
    await lab.schedule();
    const waiting = await lab.until(runId, (found) => found.steps[1]?.availableAt !== null);
    expect(waiting.steps[1]).toMatchObject({ status: "queued", reason: "Retries in 1 s (attempt 2)" });
    const found = await lab.ended(runId);
    expect(found.status).toBe("succeeded");
    expect(found.attempts.filter((attempt) => attempt.stepKey === "a").map((attempt) => [attempt.number, attempt.status, attempt.exitCode])).toEqual([
      [1, "failed", 3],
      [2, "succeeded", 0],
    ]);
    expect(found.metrics).toMatchObject([{ key: "loss", value: 2, points: 1 }]);
  });

  it("stops a step at its deadline", async () => {
    lab.executor.commands.set("slow", untilStopped);
    const runId = await start("slow: { stage: train, run: slow, timeout: 1s }");
    await lab.schedule();
    const found = await lab.ended(runId);
    expect(found.reason).toBe("Step slow failed: Timed out: it was stopped after 1 s");
    expect(found.attempts.at(-1)).toMatchObject({ status: "failed", exitCode: 143 });
  });

  it("lets steps wait for a slot and says so", async () => {
    const gate = Promise.withResolvers<number>();
    lab.executor.commands.set("hold", () => gate.promise);
    const runId = await start("a: { stage: data, run: hold }\nb: { stage: data, run: hold }\nc: { stage: data, run: hold }");
    await lab.schedule(2);
    const full = await lab.until(runId, (found) => found.steps.some((step) => step.reason.startsWith("Waiting for a slot")));
    expect(full.steps.filter((step) => step.status === "running")).toHaveLength(2);
    expect(full.steps[3]?.reason).toBe("Waiting for a slot (2 of 2 in use)");
    gate.resolve(0);
    expect((await lab.ended(runId)).status).toBe("succeeded");
  });

  it("cancels what runs and what waits, once", async () => {
    lab.executor.commands.set("slow", untilStopped);
    const runId = await start("slow: { stage: train, run: slow }\nafter: { stage: test, run: after, needs: [slow] }");
    await lab.schedule();
    await lab.until(runId, (found) => found.attempts.some((attempt) => attempt.stepKey === "slow" && attempt.status === "running"));
    expect(await cancelRun(lab.ada, { runId })).toEqual({ status: "cancelling" });
    const found = await lab.ended(runId);
    expect([found.status, found.reason]).toEqual(["cancelled", "Cancelled by Ada"]);
    expect(found.steps.map((step) => step.status)).toEqual(["succeeded", "cancelled", "cancelled"]);
    expect(await cancelRun(lab.ada, { runId })).toEqual({ status: "cancelled" });
    expect(found.events.filter((event) => event.kind === "run.cancelled")).toHaveLength(1);
  });

  it("cancels a run that never got a slot at once, without a scheduler", async () => {
    const runId = await start("a: { stage: train, run: a }");
    expect(await cancelRun(lab.ada, { runId })).toEqual({ status: "cancelled" });
    const done = await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" });
    await lab.schedule();
    await lab.ended(done.runId);
    await expect(cancelRun(lab.ada, { runId: done.runId })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(lab.executor.begun.map((request) => request.environment.TRELLIS_RUN_ID)).not.toContain(runId);
  });

  it("shows metrics and progress while the step runs", async () => {
    const gate = Promise.withResolvers<number>();
    lab.executor.commands.set("a", async ({ environment }) => {
      await writeFile(path.join(environment.TRELLIS_OUTPUT ?? "", "metrics.jsonl"), '{"key":"auc","value":0.5}\n');
      await writeFile(path.join(environment.TRELLIS_OUTPUT ?? "", "progress.json"), '{"done":1,"total":4,"unit":"trees"}');
      return gate.promise;
    });
    const runId = await start("a: { stage: train, run: a }");
    await lab.schedule();
    const live = await lab.until(runId, (found) => found.metrics.length > 0 && found.steps[1]?.progress !== null);
    expect(live.steps[1]).toMatchObject({ status: "running", progress: { done: 1, total: 4, unit: "trees" } });
    gate.resolve(0);
    await lab.ended(runId);
  });

  it("resumes a failed run: what succeeded is reused with its files and metrics", async () => {
    let broken = true;
    lab.executor.commands.set("prepare", async (request, stopped, log) => {
      await writeFile(path.join(request.environment.TRELLIS_OUTPUT ?? "", "metrics.jsonl"), '{"key":"rows","value":7}\n');
      return writes({ "work/rows.csv": "7" })(request, stopped, log);
    });
    lab.executor.commands.set("train", async ({ workFolder }) => (broken || (await readFile(path.join(workFolder, "work/rows.csv"), "utf8")) !== "7" ? 1 : 0));
    const runId = await start("prepare: { stage: data, run: prepare, outputs: [work/rows.csv] }\ntrain: { stage: train, run: train, needs: [prepare] }");
    await lab.schedule();
    await lab.ended(runId);
    broken = false;
    expect((await planRetry(lab.ada, { runId })).steps.map((step) => `${step.key} ${step.action}`)).toEqual(["environment run", "prepare reuse", "train run"]);
    const [first, second] = await Promise.all([retryRun(lab.ada, { runId }), retryRun(lab.ada, { runId })]);
    expect(first.runId).toBe(second.runId);
    const found = await lab.ended(first.runId);
    expect(found).toMatchObject({ status: "succeeded", triggerKind: "retry", retryOf: { id: runId }, artifacts: { total: 1 } });
    expect(found.steps.map((step) => `${step.key} ${step.status}`)).toEqual(["environment cached", "prepare cached", "train succeeded"]);
    expect(found.steps[1]?.reusedFrom).toMatchObject({ runId, runNumber: 1 });
    expect(found.metrics).toMatchObject([{ key: "rows", value: 7 }]);
    await expect(retryRun(lab.ada, { runId: first.runId })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("fails a run whose model cannot be registered, and says what is wrong with which file", async () => {
    lab.executor.commands.set("a", writes({ "model/trellis-model.json": DESCRIPTOR.replace("lab:load", "lab.py") }));
    const runId = await start("a: { stage: package, run: a, outputs: [model] }", "    register: { model: lab-model, from: a, path: model }\n");
    await lab.schedule();
    const found = await lab.ended(runId);
    expect([found.status, found.reason]).toEqual([
      "failed",
      'The model could not be registered: model/trellis-model.json: loader: must name a function as "package.module:function"',
    ]);
    expect(found.versions).toEqual([]);
    expect((await planRetry(lab.ada, { runId })).steps.at(-1)).toMatchObject({ action: "run", why: "Its model could not be registered." });
  });

  it("keeps trying to end an attempt while the store does not answer", async () => {
    lab.executor.commands.set("a", writes({ out: "1" }));
    lab.store.failing = new Error("disk full");
    const runId = await start("a: { stage: data, run: a, outputs: [out] }");
    const scheduler = await lab.schedule();
    await lab.problem("lost its watcher");
    lab.store.failing = null;
    scheduler.kick();
    expect((await lab.ended(runId)).status).toBe("succeeded");
    expect(lab.executor.begun.filter((request) => request.command === "a")).toHaveLength(1);
  });

  it("runs a wide run on many slots, each step after all it needs", async () => {
    const wide = Array.from({ length: 40 }, (_, index) => `w${index}: { stage: train, run: w${index}, needs: [root] }`).join("\n");
    const runId = await start(
      `root: { stage: data, run: root }\n${wide}\nend: { stage: test, run: end, needs: [${Array.from({ length: 40 }, (_, index) => `w${index}`).join(", ")}] }`,
    );
    await lab.schedule(12);
    const found = await lab.ended(runId);
    expect([found.status, lab.errors]).toEqual(["succeeded", []]);
    const begun = lab.executor.begun.map((request) => request.environment.TRELLIS_STEP);
    expect([begun.length, new Set(begun).size, begun[1], begun.at(-1)]).toEqual([43, 43, "root", "end"]);
  });
});
