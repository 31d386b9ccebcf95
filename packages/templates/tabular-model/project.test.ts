import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseModelDescriptor } from "@trellis/core/registry/domain/model-descriptor.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_FOLDER, type CommandResult, findUv, runCommand, TEST_CACHE, toolEnvironment } from "../testing/python-tools.ts";
import { renderProject } from "../testing/render-template.ts";

/** As long as a name can be: imports and lines are longest then. */
const SLUG = "a-name-as-long-as-a-project-s-name-can-b";
const PACKAGE = SLUG.replaceAll("-", "_");
const STEPS = ["prepare", "train", "evaluate", "package"];
const MINUTES = 60_000;

type Metric = { key: string; value: number; step?: number };

/** A project made by the template, in its own environment, with real uv and Python. */
describe("a project made by the template", { timeout: 5 * MINUTES }, () => {
  let scratch: string;
  let project: string;
  let uv: string;
  const bin = (name: string): string => path.join(project, ".venv/bin", name);
  const reported = (step: string, file: string): Promise<string> => readFile(path.join(scratch, "output", step, file), "utf8");
  const metricsOf = async (step: string): Promise<Metric[]> => (await reported(step, "metrics.jsonl")).trimEnd().split("\n").map((line) => JSON.parse(line) as Metric);

  beforeAll(async () => {
    await mkdir(TEST_CACHE, { recursive: true });
    // Beside the package cache, so that uv can link instead of copying.
    scratch = await mkdtemp(path.join(TEST_CACHE, "tabular-project-"));
    project = path.join(scratch, "project");
    uv = await findUv();
    await renderProject("tabular-model", { slug: SLUG }, project);
    succeeded(await runCommand(uv, ["sync", "--locked"], { cwd: project }));
  }, 10 * MINUTES);
  afterAll(() => rm(scratch, { recursive: true, force: true }));

  async function runStep(step: string, parameters: Record<string, unknown> = {}): Promise<CommandResult> {
    const output = path.join(scratch, "output", step);
    await rm(output, { recursive: true, force: true });
    await mkdir(output, { recursive: true });
    const parametersFile = path.join(scratch, "parameters.json");
    await writeFile(parametersFile, JSON.stringify(parameters));
    const environment = { TRELLIS_OUTPUT: output, TRELLIS_PARAMETERS: parametersFile, PYTHONPATH: `${project}/src:${project}:${CLIENT_FOLDER}` };
    return runCommand("sh", ["-c", `python -m ${PACKAGE}.${step}`], { cwd: project, env: { ...environment, PATH: `${path.dirname(bin("python"))}:${process.env.PATH ?? ""}` } });
  }

  it("has a lock file that is valid for another name too", async () => {
    const other = path.join(scratch, "other");
    await renderProject("tabular-model", { slug: "zzz" }, other);
    succeeded(await runCommand(uv, ["lock", "--check"], { cwd: other }));
  });

  it("passes its own lint, format and tests", async () => {
    // The project lies in a folder that this repository ignores.
    const lint = succeeded(await runCommand(bin("ruff"), ["check", "--no-cache", "--no-respect-gitignore"], { cwd: project }));
    expect(lint.stdout).toContain("All checks passed!");
    const format = succeeded(await runCommand(bin("ruff"), ["format", "--no-cache", "--check", "--no-respect-gitignore"], { cwd: project }));
    expect(format.stdout).toMatch(/\d{2} files already formatted/);
    const tests = succeeded(await runCommand(bin("python"), ["-m", "pytest", "-q", "-p", "no:cacheprovider"], { cwd: project }));
    expect(tests.stdout).toMatch(/\d+ passed/);
  });

  describe("run step by step", () => {
    beforeAll(async () => {
      for (const step of STEPS) succeeded(await runStep(step));
    }, 5 * MINUTES);

    it("reports a curve and progress while it trains", async () => {
      const curve = (await metricsOf("train")).filter(({ key }) => key === "validation_log_loss");
      expect(curve.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, at) => (at + 1) * 10));
      expect(JSON.parse(await reported("train", "progress.json"))).toEqual({ done: 200, total: 200, unit: "trees" });
      expect(JSON.parse(await reported("train", "params.json"))).toMatchObject({ max_depth: 4, seed: 2001 });
    });

    it("beats the rule of thumb on days that it has not seen", async () => {
      const metrics = Object.fromEntries((await metricsOf("evaluate")).map(({ key, value }) => [key, value]));
      expect(metrics.auc).toBeGreaterThan(0.65);
      expect(metrics.auc).toBeGreaterThan((metrics.baseline_auc ?? 1) + 0.03);
      expect(metrics.log_loss).toBeLessThan(metrics.baseline_log_loss ?? 0);
      expect(metrics.brier).toBeLessThan(metrics.baseline_brier ?? 0);
      expect(await reported("evaluate", "summary.md")).toContain("the model is better than the rule by hour");
      expect((await readdir(path.join(project, "work/evaluation"))).sort()).toEqual(["airports.csv", "calibration.csv", "metrics.json", "summary.md"]);
    });

    it("leaves a model folder that the registry takes", async () => {
      const folder = path.join(project, "model");
      const files = (await readdir(folder)).sort();
      expect(files).toEqual(["card.md", "metrics.json", "model.joblib", "reference.csv", "training.json", "trellis-model.json"]);
      const descriptor = parseModelDescriptor(await readFile(path.join(folder, "trellis-model.json"), "utf8"), { files });
      expect(descriptor).toMatchObject({ name: SLUG, task: "classification", loader: `${PACKAGE}.model:load`, label: "late" });
      const inputs = descriptor.signature.inputs.map(({ name }) => name);
      expect([...(descriptor.features?.numeric ?? []), ...(descriptor.features?.categorical ?? [])].sort()).toEqual(inputs.toSorted());
      const reference = (await readFile(path.join(folder, "reference.csv"), "utf8")).trimEnd().split("\n");
      expect(reference).toHaveLength(5_001);
      expect(reference[0]).toBe([...inputs, "probability", "late"].join(","));
      const card = await readFile(path.join(folder, "card.md"), "utf8");
      expect(card).not.toContain("$");
      expect(card).toMatch(/\| AUC \| 0\.\d{4} \| 0\.\d{4} \|/);
    });

    it("is served by the client and answers its own example", async () => {
      const example = (JSON.parse(await readFile(path.join(project, "model/trellis-model.json"), "utf8")) as { example: Record<string, unknown> }).example;
      await serving(async (address) => {
        const answer = await predict(address, [example, { ...example, origin: "XXX", route_delay_7d: null }]);
        expect(answer).toEqual({ status: 200, body: { predictions: [{ probability: expect.any(Number) }, { probability: expect.any(Number) }] } });
        const refused = await predict(address, [example, { ...example, hour: "noon" }]);
        expect(refused).toEqual({ status: 400, body: { error: `Row 1: the feature "hour" must be integer, got 'noon'.` } });
      });
    });

    it("trains on the months up to the day that it is given", async () => {
      succeeded(await runStep("prepare", { until: "2001-03-15", holdout_days: 5, threshold_minutes: 30 }));
      const rows = (await readFile(path.join(project, "work/test.csv"), "utf8")).trimEnd().split("\n").slice(1);
      const days = new Set(rows.map((row) => row.slice(0, 10)));
      expect([...days].sort()).toEqual(["2001-03-11", "2001-03-12", "2001-03-13", "2001-03-14", "2001-03-15"]);
    });

    it("says in one sentence what is wrong with a parameter or with the data", async () => {
      const noDay = await runStep("prepare", { until: "soon" });
      expect(noDay).toMatchObject({ exitCode: 1, stderr: `error: The parameter "until" must be a day such as 2001-01-31, got "soon".\n` });
      const noNumber = await runStep("prepare", { holdout_days: "many" });
      expect(noNumber).toMatchObject({ exitCode: 1, stderr: `The parameter "holdout_days" must be int, got 'many'.\n` });
      await writeFile(path.join(project, "data/flights-2001-07.csv"), "date,hour\n2001-07-01,1\n");
      const noColumn = await runStep("prepare");
      expect(noColumn.stderr).toMatch(/^error: data\/flights-2001-07\.csv has no column weekday, .*\n$/);
    });

    it("replays traffic with a bare Python, and says when nobody answers", async () => {
      // Port 1 of the loopback address answers nobody; -S leaves out every installed package.
      const replay = await runCommand("python3", ["-S", `src/${PACKAGE}/replay.py`, "--url", "http://127.0.0.1:1", "--retries", "0"], { cwd: project });
      expect(replay).toMatchObject({ exitCode: 1, stdout: "" });
      expect(replay.stderr).toMatch(/^error: http:\/\/127\.0\.0\.1:1 could not be used after 1 tries: no answer \(.*\)\.\n$/);
    });
  });

  async function serving(use: (address: string) => Promise<void>): Promise<void> {
    const environment = { ...toolEnvironment(), PYTHONPATH: `${project}/src:${CLIENT_FOLDER}`, PYTHONUNBUFFERED: "1" };
    const worker = spawn(bin("python"), ["-m", "trellis.serve", "--model", path.join(project, "model")], { env: environment, stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(worker, "exit");
    try {
      await use(await addressOf(worker));
    } finally {
      worker.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
    }
  }
});

function succeeded(result: CommandResult): CommandResult {
  expect(result.exitCode, `${result.stdout}\n${result.stderr}`).toBe(0);
  return result;
}

async function addressOf(worker: ChildProcess): Promise<string> {
  if (!worker.stdout) throw new Error("The worker has no output.");
  for await (const line of createInterface(worker.stdout)) {
    const address = /^ready at (http:\/\/\S+)$/.exec(line)?.[1];
    if (address) return address;
  }
  throw new Error("The worker ended before it was ready.");
}

async function predict(address: string, rows: Record<string, unknown>[]): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${address}/predict`, { method: "POST", body: JSON.stringify({ rows }) });
  return { status: response.status, body: await response.json() };
}
