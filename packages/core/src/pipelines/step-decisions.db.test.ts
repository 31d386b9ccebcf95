import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { testDatabase } from "@trellis/db/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compareSteps, registerPipelines, rerunRun, retryRun, runStepAlone, startRun, startRunInput } from "./index.ts";
import type { FakeCommand } from "./testing/fake-executor.ts";
import { openLab, type PipelineLab, projectFile } from "./testing/pipeline-lab.ts";

const DESCRIPTOR = JSON.stringify({
  format: 1,
  name: "lab-model",
  task: "classification",
  framework: "none",
  loader: "lab:load",
  signature: { inputs: [{ name: "x", type: "double" }], outputs: [{ name: "p", type: "double" }] },
});

const STEPS = `prepare: { stage: data, run: prepare, inputs: [data], outputs: [work/rows.csv], parameters: [] }
train: { stage: train, run: train, needs: [prepare], outputs: [model] }`;

const writes =
  (file: string, content: () => string, report = ""): FakeCommand =>
  async ({ workFolder, environment }) => {
    await mkdir(path.dirname(path.join(workFolder, file)), { recursive: true });
    await writeFile(path.join(workFolder, file), content());
    if (report) await writeFile(path.join(environment.TRELLIS_OUTPUT ?? "", "metrics.jsonl"), report);
    return 0;
  };

describe("what is decided before a step runs", () => {
  const database = testDatabase();
  let lab: PipelineLab;

  beforeEach(async () => {
    lab = await openLab(database.handle);
    await lab.schedule();
  });
  afterEach(() => lab.close());

  async function publish(steps: string, rest = "", files: Record<string, string> = {}): Promise<void> {
    await lab.push({ "uv.lock": "lock", "data/x.csv": "1", "src/train.py": "1", "trellis.yaml": projectFile(lab.project.slug, steps, rest), ...files });
    await registerPipelines(lab.ada, { project: lab.project.slug });
  }
  async function run(input: Partial<Parameters<typeof startRun>[1]> = {}) {
    return lab.ended((await startRun(lab.ada, { project: lab.project.slug, pipeline: "train", ...input })).runId);
  }
  const states = (found: Awaited<ReturnType<typeof run>>): string[] => found.steps.map((step) => `${step.key} ${step.status}`);
  const begun = (command: string): number => lab.executor.begun.filter((request) => request.command === command).length;

  describe("the cache", () => {
    beforeEach(async () => {
      lab.executor.commands.set(
        "prepare",
        writes("work/rows.csv", () => "rows", '{"key":"rows","value":7}\n'),
      );
      lab.executor.commands.set(
        "train",
        writes("model/trellis-model.json", () => DESCRIPTOR),
      );
      await publish(STEPS);
    });

    it("uses what an equal step has left, with its files and metrics, and says so", async () => {
      const first = await run();
      expect(first.steps[1]?.cacheNote).toMatchObject({ decision: "miss", runNumber: null, why: "No earlier run has left a result of this step" });
      const second = await run();
      expect(states(second)).toEqual(["environment cached", "prepare cached", "train cached"]);
      expect(second.steps[1]).toMatchObject({ attempts: 0, reason: "Nothing that it depends on has changed since run 1", reusedFrom: { runNumber: 1 } });
      expect(second).toMatchObject({ artifacts: { total: 2 }, metrics: [{ key: "rows", value: 7, stepKey: "prepare" }], attempts: [] });
      expect([begun("prepare"), begun("train")]).toEqual([1, 1]);
    });

    it("makes no second version of a model that has not changed", async () => {
      await publish(STEPS, "    register: { model: lab-model, from: train, path: model }\n");
      expect((await run()).versions).toMatchObject([{ version: 1 }]);
      const second = await run();
      expect([second.status, second.reason, second.versions]).toEqual(["succeeded", "Nothing has changed: the model is lab-model v1 of run 1", []]);
    });

    it.each<[string, () => Promise<unknown>, Partial<Parameters<typeof startRun>[1]>, string[], string]>([
      ["a parameter that a step is given", async () => {}, { parameters: { depth: 8 } }, ["cached", "succeeded"], "Not as in run 1: depth is 8 and was 6"],
      ["the code", () => publish(STEPS, "", { "src/train.py": "2" }), {}, ["succeeded", "succeeded"], "Not as in run 1: code has changed"],
      ["its command", () => publish(STEPS.replace("run: train,", "run: train --fast,")), {}, ["cached", "succeeded"], "Not as in run 1: command has changed"],
      [
        "a variable",
        () => publish(STEPS.replace("run: train,", "run: train, env: { SEED: 2 },")),
        {},
        ["cached", "succeeded"],
        "Not as in run 1: variable SEED is new",
      ],
      [
        "the lock file",
        () => publish(STEPS, "", { "uv.lock": "other" }),
        {},
        ["succeeded", "succeeded"],
        "Not as in run 1: code has changed; environment has changed",
      ],
    ])("runs again after a change of %s", async (_, change, input, expected, why) => {
      await run();
      await change();
      lab.executor.otherwise = lab.executor.commands.get("train") ?? lab.executor.otherwise;
      if (why.includes("environment")) lab.executor.otherwise = async ({ command }) => (lab.environments.made.add(command.slice("install ".length)), 0);
      const found = await run(input);
      expect(found.steps.slice(1).map((step) => step.status)).toEqual(expected);
      expect(found.steps[2]?.cacheNote).toMatchObject({ decision: "miss", why });
    });

    it("follows the data, and a step whose inputs came out equal is not run again", async () => {
      await run();
      await publish(STEPS, "", { "data/x.csv": "2" });
      const found = await run();
      expect(states(found)).toEqual(["environment cached", "prepare succeeded", "train cached"]);
      expect(found.steps[1]?.cacheNote).toMatchObject({ why: "Not as in run 1: input data has changed", differences: [{ part: "input data" }] });
    });

    it("can be left out for a run or for one step, and later runs use what then came out", async () => {
      await run();
      let rows = "other";
      lab.executor.commands.set(
        "prepare",
        writes("work/rows.csv", () => rows),
      );
      expect(states(await run({ noCache: ["train"] })).slice(1)).toEqual(["prepare cached", "train succeeded"]);
      const all = await run({ noCache: true });
      expect(states(all).slice(1)).toEqual(["prepare succeeded", "train succeeded"]);
      expect(all.steps[1]?.cacheNote).toMatchObject({ decision: "off", why: "The cache was left out for this run" });
      rows = "never written";
      expect((await run()).steps[1]?.reusedFrom).toMatchObject({ runNumber: 3 });
      await expect(run({ noCache: ["nothing"] })).rejects.toMatchObject({ code: "INVALID", message: "There is no step nothing. Steps are prepare, train." });
      expect(startRunInput.parse({ project: "p", pipeline: "p" }).noCache).toBe(false);
    });

    it("repeats an equal run for real, and one with other parameters as far as they matter", async () => {
      const first = await run();
      const repeated = await lab.ended((await rerunRun(lab.ada, { runId: first.id })).runId);
      expect(states(repeated).slice(1)).toEqual(["prepare succeeded", "train succeeded"]);
      const changed = await lab.ended((await rerunRun(lab.ada, { runId: first.id, parameters: { depth: 9 } })).runId);
      expect(states(changed).slice(1)).toEqual(["prepare cached", "train succeeded"]);
    });

    it("shows runs side by side, step by step", async () => {
      const [first, second] = [await run(), await run({ parameters: { depth: 8 } })];
      expect(await compareSteps(lab.ada, { runIds: [second.id, first.id] })).toEqual([
        {
          key: "environment",
          stage: "setup",
          runs: [
            { status: "cached", seconds: null, attempts: 0 },
            { status: "succeeded", seconds: expect.any(Number) as number, attempts: 1 },
          ],
        },
        {
          key: "prepare",
          stage: "data",
          runs: [
            { status: "cached", seconds: null, attempts: 0 },
            { status: "succeeded", seconds: expect.any(Number) as number, attempts: 1 },
          ],
        },
        { key: "train", stage: "train", runs: [1, 2].map(() => ({ status: "succeeded", seconds: expect.any(Number) as number, attempts: 1 })) },
      ]);
    });

    it("keeps nothing of a step that failed", async () => {
      lab.executor.commands.set("train", async () => 1);
      expect(states(await run())).toEqual(["environment succeeded", "prepare succeeded", "train failed"]);
      lab.executor.commands.set(
        "train",
        writes("model/trellis-model.json", () => DESCRIPTOR),
      );
      expect(states(await run())).toEqual(["environment cached", "prepare cached", "train succeeded"]);
    });
  });

  it("gives a step only the parameters that it declares, and its variables", async () => {
    await publish("a: { stage: data, run: a, parameters: [], env: { OMP_NUM_THREADS: 2 } }");
    let given = "";
    lab.executor.commands.set("a", async ({ environment }) => {
      given = await readFile(environment.TRELLIS_PARAMETERS ?? "", "utf8");
      return environment.OMP_NUM_THREADS === "2" ? 0 : 1;
    });
    expect([(await run()).status, given]).toEqual(["succeeded", "{}"]);
  });

  it("skips a step whose condition does not hold, and what needs it, without failing the run", async () => {
    await publish(
      `check: { stage: test, run: check, outputs: [report.json] }
train: { stage: train, run: train, needs: [check], if: { output: report.json, field: drift.share, above: 0.5 } }
after: { stage: test, run: after, needs: [train] }
other: { stage: test, run: other, needs: [check], if: { all: [{ metric: rows, at_least: 5 }, { parameter: depth, equals: 6 }] } }`,
    );
    lab.executor.commands.set(
      "check",
      writes("report.json", () => '{"drift":{"share":0.2}}', '{"key":"rows","value":7}\n'),
    );
    const found = await run();
    expect([found.status, found.reason]).toEqual(["succeeded", ""]);
    expect(found.steps.slice(1).map((step) => `${step.key} ${step.status} ${step.reason}`)).toEqual([
      "check succeeded ",
      "train skipped Skipped: drift.share of report.json is 0.2, not above 0.5",
      "after skipped Skipped because train was skipped",
      "other succeeded ",
    ]);
    expect([begun("train"), begun("after"), found.steps[2]?.attempts]).toEqual([0, 0, 0]);
  });

  it("fails a step whose condition looks into a file that is not JSON", async () => {
    await publish("a: { stage: data, run: a, outputs: [out] }\nb: { stage: train, run: b, needs: [a], if: { output: out, field: x, equals: 1 } }");
    lab.executor.commands.set(
      "a",
      writes("out", () => "not json"),
    );
    expect((await run()).reason).toBe("Step b failed: out, which the step's condition looks into, is not JSON.");
  });

  it("registers nothing when the step that makes the model was skipped", async () => {
    await publish(
      "a: { stage: data, run: a }\npack: { stage: package, run: pack, needs: [a], outputs: [model], if: { parameter: depth, above: 6 } }",
      "    register: { model: lab-model, from: pack, path: model }\n",
    );
    const found = await run();
    expect([found.status, found.reason, found.versions]).toEqual(["succeeded", "No model version: step pack was skipped", []]);
  });

  it("tries again only what retries.on names, and says why not", async () => {
    await publish("a: { stage: data, run: a, retries: { limit: 3, backoff: 1s, factor: 1, on: [75] } }");
    const codes = [75, 1];
    lab.executor.commands.set("a", async () => codes.shift() ?? 0);
    const found = await run();
    expect(found.attempts.filter((attempt) => attempt.stepKey === "a").map((attempt) => attempt.exitCode)).toEqual([75, 1]);
    expect(found.reason).toBe("Step a failed: Exit code 1. Not tried again: retries.on names 75");
  });
});

describe("one step alone", () => {
  const database = testDatabase();
  let lab: PipelineLab;

  beforeEach(async () => {
    lab = await openLab(database.handle);
    lab.executor.commands.set(
      "prepare",
      writes("work/rows.csv", () => "rows"),
    );
    await lab.push({
      "uv.lock": "lock",
      "data/x.csv": "1",
      "trellis.yaml": projectFile(
        lab.project.slug,
        `${STEPS}\nafter: { stage: test, run: after, needs: [train] }`,
        "    register: { model: lab-model, from: train, path: model }\n",
      ),
    });
    await registerPipelines(lab.ada, { project: lab.project.slug });
    await lab.schedule();
  });
  afterEach(() => lab.close());
  const first = async () => lab.ended((await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" })).runId);

  it("runs on what the steps before it left, with other parameters, and registers nothing", async () => {
    lab.executor.commands.set("train", async () => 1);
    const failed = await first();
    let seen = "";
    lab.executor.commands.set("train", async (request, stopped, log) => {
      seen = `${await readFile(path.join(request.workFolder, "work/rows.csv"), "utf8")} ${await readFile(request.environment.TRELLIS_PARAMETERS ?? "", "utf8")}`;
      return writes("model/trellis-model.json", () => DESCRIPTOR)(request, stopped, log);
    });
    const found = await lab.ended((await runStepAlone(lab.ada, { runId: failed.id, step: "train", parameters: { depth: 9 } })).runId);
    expect([found.status, found.onlyStep, found.versions, seen]).toEqual(["succeeded", "train", [], 'rows {"depth":9}']);
    expect(found.steps.map((step) => `${step.key} ${step.status}`)).toEqual(["environment cached", "prepare cached", "train succeeded", "after skipped"]);
    expect(found.cause).toMatchObject({ summary: `only train, on results of run ${failed.number}` });
    // It is no retry: the failed run can still be resumed, and it cannot itself.
    expect((await lab.until(failed.id, () => true)).retriedBy).toEqual([]);
    expect((await retryRun(lab.ada, { runId: failed.id })).created).toBe(true);
    await expect(retryRun(lab.ada, { runId: found.id })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("ran only the step train") as string,
    });
  });

  it("says which step has left no results, and knows its steps", async () => {
    lab.executor.commands.set("prepare", async () => 1);
    const failed = await first();
    await expect(runStepAlone(lab.ada, { runId: failed.id, step: "train" })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("train needs prepare, which has no results in run 1") as string,
    });
    await expect(runStepAlone(lab.ada, { runId: failed.id, step: "environment" })).rejects.toMatchObject({ code: "INVALID" });
    await expect(runStepAlone(await lab.person("Vi", "viewer"), { runId: failed.id, step: "prepare" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    const [one, two] = await Promise.all([1, 2].map(() => runStepAlone(lab.ada, { runId: failed.id, step: "prepare", key: "k" })));
    expect(one?.runId).toBe(two?.runId);
  });
});

describe("room and order", () => {
  const database = testDatabase();
  let lab: PipelineLab;

  beforeEach(async () => {
    lab = await openLab(database.handle);
  });
  afterEach(() => lab.close());

  const publish = async (steps: string, rest = ""): Promise<void> => {
    await lab.push({ "uv.lock": "lock", "trellis.yaml": projectFile(lab.project.slug, steps, rest) });
    await registerPipelines(lab.ada, { project: lab.project.slug });
    lab.environments.made.add(`sha256:${createHash("sha256").update("lock").digest("hex")}`);
  };
  const start = async (): Promise<string> => (await startRun(lab.ada, { project: lab.project.slug, pipeline: "train" })).runId;

  it("lets a step with many slots wait until they are free, and nobody pass it", async () => {
    await publish("a: { stage: data, run: a }\nbig: { stage: train, run: big, resources: { cpu: 2 } }\nc: { stage: data, run: c }");
    const gate = Promise.withResolvers<number>();
    lab.executor.commands.set("a", () => gate.promise);
    const runId = await start();
    await lab.schedule(2);
    const waiting = await lab.until(runId, (found) => found.steps[2]?.reason !== "" && found.steps[3]?.reason !== "" && found.steps[1]?.status === "running");
    expect(waiting.steps.map((step) => `${step.status} ${step.reason}`).slice(1)).toEqual([
      "running ",
      "queued Waiting for 2 slots (1 of 2 in use)",
      "queued Waiting for a slot (1 of 2 in use)",
    ]);
    gate.resolve(0);
    expect((await lab.ended(runId)).status).toBe("succeeded");
    expect(lab.executor.begun.map((request) => request.command)).toEqual(["a", "big", "c"]);
  });

  it("lets steps that together need more memory than there is wait for each other; one that needs more than all runs alone", async () => {
    await publish("a: { stage: data, run: a, resources: { memory: 900T } }\nb: { stage: data, run: b, resources: { memory: 1M } }");
    const gate = Promise.withResolvers<number>();
    lab.executor.commands.set("a", () => gate.promise);
    const runId = await start();
    await lab.schedule(4);
    const waiting = await lab.until(runId, (found) => found.steps[2]?.reason !== "");
    expect(waiting.steps[2]?.reason).toMatch(/^Waiting for memory \((.+) of \1 in use\)$/);
    gate.resolve(0);
    expect((await lab.ended(runId)).status).toBe("succeeded");
  });

  it("lets runs beyond the pipeline's concurrency wait for their turn", async () => {
    await publish("a: { stage: data, run: a }", "    concurrency: 1\n");
    const gates = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
    let running = 0;
    lab.executor.commands.set("a", async () => gates[running++]?.promise ?? 0);
    const [first, second] = [await start(), await start()];
    await lab.schedule(4);
    const waiting = await lab.until(second, (found) => found.reason !== "");
    const reason = "Waiting for its turn: 1 run of this pipeline at a time";
    expect([waiting.status, waiting.reason, waiting.steps[1]?.reason]).toEqual(["queued", reason, reason]);
    await lab.until(first, (found) => found.attempts[0]?.status === "running");
    gates[0]?.resolve(0);
    expect((await lab.ended(first)).status).toBe("succeeded");
    expect(await lab.until(second, (found) => found.status === "running")).toMatchObject({ reason: "" });
    gates[1]?.resolve(0);
    expect((await lab.ended(second)).status).toBe("succeeded");
  });

  it("takes the run of the greater priority first", async () => {
    await publish("a: { stage: data, run: low }");
    await start();
    await publish("a: { stage: data, run: high }", "    priority: 5\n");
    const urgent = await start();
    await lab.schedule(1);
    await lab.ended(urgent);
    expect(lab.executor.begun[0]?.command).toBe("high");
  });
});
