import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const HOST = fileURLToPath(new URL("./testing/crash-host.ts", import.meta.url));
const WORKLOADS = 5;
const PROCESSES_EACH = 2;
const LINES_OF_A_RUN = 22;

describe("local deploy target under kill -9", { timeout: 60_000 }, () => {
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), "deploy-target-crash-"));
  });
  afterAll(async () => {
    // Only a failed round leaves any.
    for (const { pid, folder } of processesOfTest()) if (folder.startsWith(scratch)) process.kill(pid, "SIGKILL");
    await rm(scratch, { recursive: true, force: true });
  });

  it.each([0, 1, 2, 3, 4, 5])("ends with one process of each workload and none of a removed one, round %i", async (round) => {
    const folder = await mkdtemp(path.join(scratch, `${round}-`));
    // Each run is killed at another line, so that in all rounds every line has been the last of some run.
    for (let version = 1; version <= 4; version += 1) await runHost([folder, String(version)], 1 + ((round * 4 + version) % LINES_OF_A_RUN));
    const wanted = Array(WORKLOADS * PROCESSES_EACH).fill("5");
    expect(await runHost([folder, "5"], null, () => settled(() => versionsRunning(folder), wanted))).toBe("closed");
    expect(versionsRunning(folder)).toEqual(wanted);

    expect(await runHost([folder, "5", "stop"], null)).toBe("closed");
    expect(versionsRunning(folder)).toEqual([]);
    expect(await runHost([folder, "6"], 1)).toBe("found 0");
    await removeAll(folder);
  });

  /** Nothing may outlive the test: the run before was killed. */
  async function removeAll(folder: string): Promise<void> {
    await runHost([folder, "6", "stop"], null);
    expect(versionsRunning(folder)).toEqual([]);
    expect((await readdir(path.join(folder, "serving"))).toSorted()).toEqual(["a@5", "a@6", "b@5", "b@6", "c@5", "c@6", "d@5", "d@6", "e@5", "e@6"]);
  }
});

/** Runs a host until it ends, once `inLine` is true, or until it is killed at a line; returns its last line. */
async function runHost(hostArguments: string[], killAtLine: number | null, inLine?: () => Promise<void>): Promise<string> {
  const host = spawn(process.execPath, [HOST, ...hostArguments], { stdio: ["pipe", "pipe", "inherit"], env: {} });
  let seen = 0;
  let last = "";
  createInterface({ input: host.stdout }).on("line", (line) => {
    seen += 1;
    if (killAtLine !== null && seen > killAtLine) return;
    last = line;
    if (seen === killAtLine) host.kill("SIGKILL");
    else if (line === "in line") void (inLine?.() ?? Promise.resolve()).then(() => host.stdin.end("end"));
  });
  await new Promise((resolve) => host.once("close", resolve));
  return last;
}

/** The versions of all living processes of a folder, one entry a process. Shells on their way to `exec` are not counted. */
function versionsRunning(folder: string): string[] {
  const ours = processesOfTest().filter((each) => each.folder === folder && each.command.startsWith("sleep"));
  return ours.map(({ version }) => version);
}

function processesOfTest(): { pid: number; folder: string; version: string; command: string }[] {
  const found: { pid: number; folder: string; version: string; command: string }[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "latin1");
      const [, folder] = /(?:^|\0)CRASH_TEST=([^\0]*)/.exec(environment) ?? [];
      const [, version = ""] = /(?:^|\0)VERSION=([^\0]*)/.exec(environment) ?? [];
      if (folder !== undefined) found.push({ pid: Number(pid), folder, version, command: readFileSync(`/proc/${pid}/cmdline`, "latin1") });
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** A process that was started a moment ago may not be a `sleep` yet; the test's own time limit ends the wait. */
async function settled(ask: () => string[], expected: string[]): Promise<void> {
  while (JSON.stringify(ask()) !== JSON.stringify(expected)) await new Promise((resolve) => setImmediate(resolve));
}
