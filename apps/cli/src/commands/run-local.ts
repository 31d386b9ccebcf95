import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { isCoreError } from "@trellis/core/kernel/errors.ts";
import { conditionLeaves, fieldOf, judgeCondition } from "@trellis/core/pipelines/domain/condition.ts";
import { checkParameters } from "@trellis/core/pipelines/domain/parameters.ts";
import { parseProjectFile, PROJECT_FILE } from "@trellis/core/pipelines/domain/pipeline-file.ts";
import type { ParameterValue, PipelineSpec, StepSpec } from "@trellis/core/pipelines/domain/pipeline-spec.ts";
import { decideRetry } from "@trellis/core/pipelines/domain/retry.ts";
import { orderSteps, stepsAfter } from "@trellis/core/pipelines/domain/step-graph.ts";
import { EXIT, Failure } from "../failure.ts";

const CLIENT_FOLDER = path.resolve(import.meta.dirname, "../../../../packages/python-client/src");

/**
 * Runs a pipeline of the `trellis.yaml` in this folder, here and without a portal: its steps one after the other in this
 * folder, with the environment that lies in `.venv` or that uv makes of the lock file. Nothing is kept but what steps leave.
 */
export async function runLocally(pipelineName: string, given: Record<string, string>): Promise<void> {
  const { project, pipeline } = await readPipeline(pipelineName);
  const { values, issues } = checkParameters(pipeline.parameters, given);
  if (issues.length > 0) throw new Failure(issues.map((issue) => issue.message).join("\n"), EXIT.refused);
  const folder = await mkdtemp(path.join(tmpdir(), "trellis-local-"));
  const metrics = new Map<string, number>();
  const skipped = new Set<string>();
  try {
    for (const step of orderSteps(pipeline.steps).order ?? []) {
      const unmet = skipped.has(step.key) ? "a step that it needs was skipped" : await unmetCondition(step, values, metrics);
      if (unmet) {
        process.stdout.write(`--- ${step.key} is skipped: ${unmet}\n`);
        for (const key of stepsAfter(pipeline.steps, [step.key])) skipped.add(key);
        continue;
      }
      await runStep(step, { project, values, folder, metrics });
    }
    process.stdout.write(`Pipeline ${pipelineName} succeeded\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readPipeline(name: string): Promise<{ project: string; pipeline: PipelineSpec }> {
  const text = await readFile(PROJECT_FILE, "utf8").catch(() => {
    throw new Failure(`There is no ${PROJECT_FILE} in this folder.`, EXIT.usage);
  });
  try {
    const spec = parseProjectFile(text);
    const pipeline = spec.pipelines[name];
    if (!pipeline) throw new Failure(`There is no pipeline ${name}. Pipelines are ${Object.keys(spec.pipelines).join(", ")}.`, EXIT.usage);
    return { project: spec.project, pipeline };
  } catch (error) {
    if (isCoreError(error)) throw new Failure(error.message, EXIT.refused);
    throw error;
  }
}

async function unmetCondition(step: StepSpec, values: Record<string, ParameterValue>, metrics: Map<string, number>): Promise<string | null> {
  if (!step.condition) return null;
  const documents = new Map<string, unknown>();
  for (const leaf of conditionLeaves(step.condition))
    if (leaf.kind === "output") documents.set(leaf.path, JSON.parse(await readFile(leaf.path, "utf8").catch(() => "null")));
  const { holds, why } = judgeCondition(step.condition, {
    metric: (name) => metrics.get(name),
    parameter: (name) => values[name],
    output: (file, field) => fieldOf(documents.get(file), field),
  });
  return holds ? null : why;
}

type LocalRun = { project: string; values: Record<string, ParameterValue>; folder: string; metrics: Map<string, number> };

async function runStep(step: StepSpec, run: LocalRun): Promise<void> {
  for (let number = 1; ; number += 1) {
    process.stdout.write(`--- ${step.key}${number > 1 ? `, attempt ${number}` : ""}\n`);
    const output = path.join(run.folder, `${step.key}-${number}`);
    await mkdir(output);
    const { exitCode, timedOut } = await execute(step, run, output, number);
    if (exitCode === 0) {
      for (const file of step.outputs) if (!existsSync(file)) throw new Failure(`Step ${step.key} failed: Declared output ${file} is missing.`);
      await takeMetrics(output, run.metrics);
      return;
    }
    const decision = decideRetry({ number, neverStarted: 0, outcome: "failed", exitCode, timedOut, retries: step.retries });
    if (!decision.retry) throw new Failure(`Step ${step.key} failed: ${timedOut ? "timed out" : `exit code ${exitCode}`}`);
    process.stdout.write(`Retries in ${decision.delaySeconds} s\n`);
    await new Promise((resolve) => setTimeout(resolve, decision.delaySeconds * 1_000));
  }
}

/** The command with the step contract's variables; its output is this terminal's. */
async function execute(
  step: StepSpec,
  { project, values, folder }: LocalRun,
  output: string,
  attempt: number,
): Promise<{ exitCode: number; timedOut: boolean }> {
  const parametersFile = path.join(folder, `${step.key}.json`);
  const names = step.parameters ?? Object.keys(values);
  await writeFile(parametersFile, JSON.stringify(Object.fromEntries(names.map((name) => [name, values[name]]))));
  const environment = {
    ...process.env,
    PYTHONPATH: [path.resolve("src"), process.cwd(), CLIENT_FOLDER].join(":"),
    PYTHONUNBUFFERED: "1",
    TRELLIS_PROJECT: project,
    TRELLIS_STEP: step.key,
    TRELLIS_ATTEMPT: String(attempt),
    TRELLIS_PARAMETERS: parametersFile,
    TRELLIS_OUTPUT: output,
    ...step.environment,
  };
  const venv = path.resolve(".venv/bin");
  const [command, args] = !existsSync(venv) && existsSync("uv.lock") ? ["uv", ["run", "--locked", "sh", "-c", step.run]] : ["sh", ["-c", step.run]];
  const child = spawn(command as string, args as string[], {
    env: { ...environment, PATH: `${venv}:${process.env.PATH ?? ""}` },
    stdio: "inherit",
    detached: true,
  });
  let timedOut = false;
  const timer = step.timeoutSeconds === null ? null : setTimeout(() => ((timedOut = true), endTree(child)), step.timeoutSeconds * 1_000);
  const interrupt = (): void => endTree(child);
  process.once("SIGINT", interrupt);
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
    });
    return { exitCode, timedOut };
  } catch (error) {
    throw new Failure(`Step ${step.key} could not be started: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    if (timer) clearTimeout(timer);
    process.removeListener("SIGINT", interrupt);
  }
}

function endTree(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
  } catch {
    // It has ended meanwhile.
  }
}

/** The last value of each metric that the step reported. */
async function takeMetrics(output: string, metrics: Map<string, number>): Promise<void> {
  const text = await readFile(path.join(output, "metrics.jsonl"), "utf8").catch(() => "");
  for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
    try {
      const { key, value } = JSON.parse(line) as { key?: unknown; value?: unknown };
      if (typeof key === "string" && typeof value === "number") metrics.set(key, value);
    } catch {
      // A line that is no JSON is a report that a portal would refuse as well.
    }
  }
}
