import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const TRELLIS = path.resolve(import.meta.dirname, "../../bin/trellis.mjs");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "trellis-local-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(steps: string, ...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const file = `version: 1\nproject: p\npipelines:\n  train:\n    parameters:\n      depth: { type: integer, default: 6 }\n    steps:\n${steps}\n`;
  await writeFile(path.join(folder, "trellis.yaml"), file);
  return new Promise((resolve) => {
    execFile(process.execPath, [TRELLIS, "run", "--local", ...args], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

it("runs the steps in order, with parameters, variables, metrics and conditions", async () => {
  const result = await run(
    `      last: { stage: test, run: 'cat out', needs: [first], if: { metric: auc, above: 0.5 } }
      never: { stage: test, run: 'exit 9', needs: [first], if: { output: report.json, field: share, above: 0.5 } }
      after: { stage: test, run: 'exit 9', needs: [never] }
      first:
        stage: data
        env: { WORD: hello }
        run: |
          echo "$WORD $(cat "$TRELLIS_PARAMETERS")" > out
          echo '{"share": 0.1}' > report.json
          echo '{"key": "auc", "value": 0.7}' > "$TRELLIS_OUTPUT/metrics.jsonl"
        outputs: [out, report.json]`,
    "train",
    "-p",
    "depth=8",
  );
  expect(result).toMatchObject({ exitCode: 0, stderr: "" });
  expect(result.stdout.split("\n")).toEqual([
    "--- first",
    "--- last",
    'hello {"depth":8}',
    "--- never is skipped: share of report.json is 0.1, not above 0.5",
    "--- after is skipped: a step that it needs was skipped",
    "Pipeline train succeeded",
    "",
  ]);
});

it("tries again by the step's rules, and ends with 1 and the reason", async () => {
  const again = `      a: { stage: data, run: 'echo x >> tries; exit 75', retries: { limit: 1, backoff: 1s, factor: 1, on: [75] } }`;
  expect(await run(again)).toMatchObject({ exitCode: 1, stderr: "Step a failed: exit code 75\n" });
  expect(await readFile(path.join(folder, "tries"), "utf8")).toBe("x\nx\n");
  expect(await run("      a: { stage: data, run: 'true', outputs: [nothing] }")).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("nothing is missing") as string,
  });
  expect(await run("      a: { stage: data, run: 'sleep 60', timeout: 1s }")).toMatchObject({ exitCode: 1, stderr: "Step a failed: timed out\n" });
});

it("says what is wrong before it runs anything", async () => {
  expect(await run("      a: { stage: data, run: 'touch ran' }", "other")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("Pipelines are train") as string,
  });
  expect(await run("      a: { stage: data, run: 'touch ran' }", "train", "-p", "depth=deep")).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining("depth must be a whole number") as string,
  });
  await expect(readFile(path.join(folder, "ran"))).rejects.toThrow("ENOENT");
});
