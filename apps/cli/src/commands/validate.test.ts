import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const TRELLIS = path.resolve(import.meta.dirname, "../../bin/trellis.mjs");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "trellis-validate-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function trellis(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [TRELLIS, ...args], { cwd: folder }, (error, stdout, stderr) => resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr }));
  });
}

it("tells a good file from a bad one without a portal, by words, JSON and exit code", async () => {
  const good = "version: 1\nproject: p\npipelines:\n  a:\n    steps:\n      s: { stage: data, run: a }\n";
  await writeFile(path.join(folder, "trellis.yaml"), good);
  expect(await trellis("validate")).toMatchObject({ exitCode: 0, stdout: "trellis.yaml is valid.\n" });
  await writeFile(path.join(folder, "bad.yaml"), good.replace("run: a", "run: a, needs: [b]"));
  expect(await trellis("validate", "bad.yaml")).toMatchObject({
    exitCode: 1,
    stdout: "bad.yaml:6:41: pipelines.a.steps.s.needs.0: there is no step b; steps are s\n",
  });
  const asJson = await trellis("validate", "--json", "bad.yaml");
  expect(JSON.parse(asJson.stdout)).toMatchObject({ valid: false, issues: [{ line: 6, path: "pipelines.a.steps.s.needs.0" }] });
  expect(await trellis("validate", "nothing.yaml")).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("cannot be read") as string });
});
