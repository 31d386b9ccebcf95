import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CHANGES_CHANNEL } from "@trellis/core/kernel/changes.ts";
import { cancelRun, getRun, isRunEnded, readAttemptLog, registerPipelines, startRun } from "@trellis/core/pipelines/index.ts";
import { openTestDatabase, testDatabase } from "@trellis/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRealPipelines } from "./testing/real-pipelines.ts";

const MODEL = JSON.stringify({
  format: 1,
  name: "real-model",
  task: "classification",
  framework: "none",
  loader: "real:load",
  signature: { inputs: [{ name: "x", type: "double" }], outputs: [{ name: "p", type: "double" }] },
});

const FILE = `version: 1
project: real
pipelines:
  train:
    parameters: { rows: { type: integer, default: 3 } }
    steps:
      prepare: { stage: data, inputs: [data], outputs: [work], run: 'mkdir work; cp data/x.csv work/x.csv; echo prepared' }
      train:
        stage: train
        needs: [prepare]
        outputs: [model]
        run: |
          python - <<'PYTHON'
          import json, os, pathlib
          rows = json.load(open(os.environ["TRELLIS_PARAMETERS"]))["rows"]
          with open(os.environ["TRELLIS_OUTPUT"] + "/metrics.jsonl", "w") as file:
              for step in range(rows):
                  file.write(json.dumps({"key": "auc", "value": step / 10, "step": step}) + "\\n")
          assert pathlib.Path("work/x.csv").read_text() == "1,2\\n"
          pathlib.Path("model").mkdir()
          pathlib.Path("model/trellis-model.json").write_text(pathlib.Path("descriptor.json").read_text())
          PYTHON
    register: { model: real-model, from: train, path: model }
  broken: { steps: { oops: { stage: train, run: 'echo before; python -m no_such_module' } } }
  slow: { steps: { nap: { stage: train, run: 'sleep 600 & sleep 600' } } }
  chain:
    steps:
${Array.from({ length: 20 }, (_, index) => `      s${index}: { stage: train, run: ":"${index > 0 ? `, needs: [s${index - 1}]` : ""} }`).join("\n")}
`;

describe("pipelines on real git, files and processes", () => {
  const database = testDatabase();
  let folder: string;
  let real: Awaited<ReturnType<typeof openRealPipelines>>;
  let scheduler: Awaited<ReturnType<typeof real.schedule>>;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trellis-pipelines-"));
    real = await openRealPipelines(database.handle, folder);
    await real.createProject("real", { "uv.lock": "", "trellis.yaml": FILE, "data/x.csv": "1,2\n", "descriptor.json": MODEL });
    await registerPipelines(real.context, { project: "real" });
    scheduler = await real.schedule(2);
  });
  afterAll(async () => {
    await scheduler.stop();
    real.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function until(runId: string, holds: (found: Awaited<ReturnType<typeof getRun>>) => boolean) {
    const changed: { wake(): void } = { wake() {} };
    const unlisten = await database.handle.listen(CHANGES_CHANNEL, () => changed.wake());
    try {
      for (;;) {
        const next = new Promise<void>((resolve) => (changed.wake = resolve));
        const found = await getRun(real.context, { runId });
        if (holds(found)) return found;
        await next;
      }
    } finally {
      await unlisten();
    }
  }
  const start = (pipeline: string) => startRun(real.context, { project: "real", pipeline });
  const ended = (runId: string) => until(runId, (found) => isRunEnded(found.status));

  it("runs commands, keeps their files and registers the model", async () => {
    const found = await ended((await start("train")).runId);
    expect([found.status, found.reason, real.problems]).toEqual(["succeeded", "", []]);
    expect(found.metrics).toMatchObject([{ key: "auc", value: 0.2, points: 3 }]);
    expect(found.versions).toMatchObject([{ modelName: "real-model", version: 1 }]);
    const log = await readAttemptLog(real.context, { attemptId: found.attempts.find((attempt) => attempt.stepKey === "prepare")?.id ?? "" });
    expect(log.content.toString()).toBe("prepared\n");
  });

  it("names the Python module that is not there", async () => {
    const found = await ended((await start("broken")).runId);
    expect(found.status).toBe("failed");
    expect(found.reason).toMatch(/^Step oops failed: Python module not found: no_such_module \(exit code 1\)/);
  });

  it("cancels the whole process tree", async () => {
    const { runId } = await start("slow");
    await until(runId, (found) => found.attempts.some((attempt) => attempt.status === "running" && attempt.stepKey === "nap"));
    await cancelRun(real.context, { runId });
    expect((await ended(runId)).status).toBe("cancelled");
  });

  it("runs a chain of twenty commands", async () => {
    const found = await ended((await start("chain")).runId);
    expect(found.status).toBe("succeeded");
    const took = (found.endedAt?.getTime() ?? 0) - found.createdAt.getTime();
    process.stderr.write(`chain of 20: ${took} ms\n`);
  });
});

describe("kill -9 of the scheduler's process", () => {
  const STEPS = 6;
  const RUNS = 3;
  const KILLS = 8;
  const server = process.env["TRELLIS_TEST_DATABASE_URL"];

  it.each(server ? ["embedded", "PostgreSQL"] : ["embedded"])(
    "loses nothing and runs nothing twice on the %s database",
    async (kind) => {
      const folder = await mkdtemp(path.join(tmpdir(), "trellis-crash-"));
      const ledger = path.join(folder, "ledger");
      const steps = Array.from(
        { length: STEPS },
        (_, index) =>
          `      s${index}: { stage: train, run: "echo $TRELLIS_RUN_NUMBER.$TRELLIS_STEP >> ${ledger}; sleep 0.2; echo done > out${index}", cache: false, outputs: [out${index}]${index > 0 ? `, needs: [s${(index - 1) >> 1}]` : ""} }`,
      );
      const file = `version: 1\nproject: crash\npipelines:\n  train:\n    steps:\n${steps.join("\n")}\n`;
      const scratch = kind === "PostgreSQL" ? await openTestDatabase() : null;
      const name = (await scratch?.execute("select current_database() as name"))?.rows[0]?.["name"];
      const url = name ? new URL(`/${String(name)}`, server).href : null;
      try {
        let result: CrashResult | null = null;
        for (let round = 0; !result; round += 1)
          result = await runOnce({ folder, file, runs: RUNS, url, killAfterMs: round < KILLS ? 150 + round * 130 : null });
        const lines = (await readFile(ledger, "utf8")).trim().split("\n");
        expect(result.statuses).toEqual(Array(RUNS).fill("succeeded"));
        expect(lines.toSorted()).toEqual([...new Set(lines)].toSorted());
        expect(lines.length).toBe(RUNS * STEPS);
        expect(result.attempts.filter((status) => status !== "succeeded" && status !== "lost")).toEqual([]);
      } finally {
        await rm(folder, { recursive: true, force: true });
        await scratch?.close();
      }
    },
    600_000,
  );
});

type CrashResult = { statuses: string[]; attempts: string[] };

/** Runs the scheduler's process; kills it this long after it is ready, or lets it finish. Gives its result if it finished. */
async function runOnce(options: { folder: string; file: string; runs: number; url: string | null; killAfterMs: number | null }): Promise<CrashResult | null> {
  const script = fileURLToPath(new URL("./testing/scheduler-process.ts", import.meta.url));
  const child = spawn(process.execPath, [script, options.folder, "crash", options.file, String(options.runs), options.url ?? ""], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let result: CrashResult | null = null;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "ready" && options.killAfterMs !== null) setTimeout(() => child.kill("SIGKILL"), options.killAfterMs);
    if (line.startsWith("{")) result = JSON.parse(line) as CrashResult;
  }
  await exited;
  return result;
}
