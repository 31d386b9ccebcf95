import { execFile, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { PythonEnvironments } from "@trellis/core/pipelines/ports.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLocalExecutor } from "../../executor/local/provider.ts";
import { createLauncher, type Launcher } from "../../local-processes/launcher.ts";
import { indexSettings } from "./index-settings.ts";
import { createUvEnvironments, PINNED_UV_VERSION } from "./provider.ts";

const run = promisify(execFile);
/** Kept between runs of the suite, so that uv and its packages are fetched once a machine. */
const sharedTools = path.join(tmpdir(), "trellis-test-tools");
const portalEnvironment = { UV_CACHE_DIR: path.join(sharedTools, "uv-cache"), ...process.env };
const signal = new AbortController().signal;

describe("uv environments", { timeout: 180_000 }, () => {
  let scratch: string;
  let dataFolder: string;
  let launcher: Launcher;

  beforeAll(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), "uv-environments-"));
    launcher = createLauncher();
    // Makes sure of uv, so that projects can be locked with it below.
    const [project] = await makeProject("first", ["six==1.17.0"], { locked: false });
    await writeFile(path.join(project, "uv.lock"), "");
    const digest = digestOf("");
    await install(environmentsAt(path.join(scratch, "warm-up")), digest, project);
  });
  afterAll(async () => {
    launcher.close();
    await rm(scratch, { recursive: true, force: true });
  });
  beforeEach(async () => {
    dataFolder = await mkdtemp(path.join(scratch, "data folder-"));
  });

  function environmentsAt(folder: string, environment: Record<string, string | undefined> = portalEnvironment): PythonEnvironments {
    return createUvEnvironments({ dataFolder: folder, portalEnvironment: environment, toolsFolder: sharedTools });
  }

  async function makeProject(name: string, dependencies: string[], options: { locked?: boolean } = {}): Promise<[folder: string, digest: string]> {
    const folder = await mkdtemp(path.join(scratch, `${name} it's-`));
    const lines = ["[project]", `name = "${name}"`, 'version = "0.1.0"', 'requires-python = ">=3.8"', `dependencies = ${JSON.stringify(dependencies)}`];
    await writeFile(path.join(folder, "pyproject.toml"), `${lines.join("\n")}\n`);
    if (options.locked === false) return [folder, ""];
    await run(await uvOfTests(), ["lock", "--project", folder], {
      env: { ...process.env, UV_CACHE_DIR: portalEnvironment.UV_CACHE_DIR, UV_PYTHON_DOWNLOADS: "never" },
    });
    return [folder, digestOf(await readFile(path.join(folder, "uv.lock")))];
  }

  async function install(environments: PythonEnvironments, digest: string, project: string): Promise<{ exitCode: unknown; log: string }> {
    const { command, environment } = await environments.installCommand(digest, project);
    const executor = createLocalExecutor({ folderOf: (id) => path.join(scratch, "attempts", id), launcher });
    const attemptId = randomUUID();
    const handle = await executor.submit({ attemptId, command, environment, workFolder: project });
    const state = await executor.wait(attemptId, handle, signal);
    const { content } = await executor.readLogs(attemptId, 0, { limit: 1_000_000 });
    return { exitCode: state.state === "exited" ? state.exitCode : state, log: content.toString() };
  }

  it("makes an environment, finds it, and makes it only once", async () => {
    const [project, digest] = await makeProject("tiny", ["six==1.17.0"]);
    const environments = environmentsAt(dataFolder);
    expect(await environments.find(digest)).toBeNull();

    const first = await install(environments, digest, project);
    expect(first).toMatchObject({ exitCode: 0, log: expect.stringContaining("six==1.17.0") });
    expect(first.log).not.toMatch(/[\u001b\r]/);
    const found = await environments.find(digest);
    expect(found).toEqual({ lockDigest: digest, folder: path.join(dataFolder, "environments", digest.slice("sha256:".length)) });
    const { stdout } = await run(path.join(found?.folder ?? "", "bin", "python"), ["-c", "import six; print(six.__version__)"]);
    expect(stdout).toBe("1.17.0\n");
    expect(await readdir(project)).toEqual(["pyproject.toml", "uv.lock"]);

    expect(await install(environments, digest, project)).toEqual({ exitCode: 0, log: "The environment of this lock file is there already.\n" });
  });

  it("makes it once when several ask at the same time", async () => {
    const [project, digest] = await makeProject("wanted", ["six==1.17.0"]);
    const results = await Promise.all([1, 2, 3, 4].map(() => install(environmentsAt(dataFolder), digest, project)));
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(results.filter(({ log }) => log.includes("The environment is ready."))).toHaveLength(1);
  });

  it("does not trust what a killed try left, and makes it anew", async () => {
    const [project, digest] = await makeProject("broken", ["six==1.17.0"]);
    const environments = environmentsAt(dataFolder);
    const folder = path.join(dataFolder, "environments", digest.slice("sha256:".length));
    await mkdir(path.join(folder, "bin"), { recursive: true });
    await writeFile(path.join(folder, "bin", "python"), "half", { mode: 0o755 });
    expect(await environments.find(digest)).toBeNull();
    expect((await install(environments, digest, project)).exitCode).toBe(0);
    expect(await environments.find(digest)).not.toBeNull();
  });

  it("goes on after a kill in the middle, as long as nothing of the killed try is still at work", async () => {
    const [project, digest] = await makeProject("killed", ["six==1.17.0"]);
    const environments = environmentsAt(dataFolder);
    // Stands for uv: says so, and then is in the middle of its work for as long as the gate stands.
    const bin = await mkdtemp(path.join(scratch, "slow uv-"));
    const gate = path.join(bin, "gate");
    await writeFile(gate, "");
    const script = `#!/bin/sh\n[ "$1" = --version ] && { echo "uv 99.0.0"; exit 0; }\ntouch '${bin}/working'\nwhile [ -e '${gate}' ]; do sleep 0.02; done\nexit 1\n`;
    await writeFile(path.join(bin, "uv"), script, { mode: 0o755 });
    const slow = environmentsAt(dataFolder, { ...portalEnvironment, PATH: `${bin}:${process.env["PATH"]}` });
    const { command, environment } = await slow.installCommand(digest, project);
    const killed = spawn("/bin/sh", ["-c", command], { env: environment, stdio: "ignore" });
    const gone = new Promise((resolve) => killed.once("exit", resolve));
    await appears(path.join(bin, "working"));
    killed.kill("SIGKILL");
    await gone;

    const executor = createLocalExecutor({ folderOf: (id) => path.join(scratch, "attempts", id), launcher });
    const attemptId = randomUUID();
    const second = await environments.installCommand(digest, project);
    const handle = await executor.submit({ attemptId, workFolder: project, ...second });
    const waiting = await executor.readLogs(attemptId, 0, { limit: 1_000, follow: true });
    expect(waiting.content.toString()).toBe("Another run is making this environment; waiting for it.\n");
    expect(await executor.poll(attemptId, handle)).toEqual({ state: "running" });
    await unlink(gate);
    expect(await executor.wait(attemptId, handle, signal)).toEqual({ state: "exited", exitCode: 0 });
    expect(await environments.find(digest)).not.toBeNull();
  });

  it("makes it anew when the Python that it was made with is gone", async () => {
    const [project, digest] = await makeProject("upgraded", ["six==1.17.0"]);
    const environments = environmentsAt(dataFolder);
    await install(environments, digest, project);
    const python = path.join((await environments.find(digest))?.folder ?? "", "bin", "python");
    await unlink(python);
    await symlink("/nowhere/python3", python);
    expect(await environments.find(digest)).toBeNull();
    expect((await install(environments, digest, project)).exitCode).toBe(0);
    expect(await environments.find(digest)).not.toBeNull();
  });

  it("says which dependency cannot be resolved", async () => {
    const [project, digest] = await makeProject("impossible", ["six==1.17.0"]);
    const manifest = path.join(project, "pyproject.toml");
    await writeFile(manifest, (await readFile(manifest, "utf8")).replace("six==1.17.0", "six==99.0"));
    const result = await install(environmentsAt(dataFolder), digest, project);
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain("no version of six==99.0");
    expect(await environmentsAt(dataFolder).find(digest)).toBeNull();
  });

  it("says that the lock file is missing, or is not the expected one", async () => {
    const [project, digest] = await makeProject("unlocked", ["six==1.17.0"]);
    await appendFile(path.join(project, "uv.lock"), "# edited\n");
    expect(await install(environmentsAt(dataFolder), digest, project)).toMatchObject({
      exitCode: 2,
      log: expect.stringContaining("uv.lock is not the expected one"),
    });
    await unlink(path.join(project, "uv.lock"));
    expect(await install(environmentsAt(dataFolder), digest, project)).toMatchObject({ exitCode: 2, log: expect.stringContaining("no uv.lock") });
  });

  it("says that Python is missing, or its pip", async () => {
    const [project, digest] = await makeProject("bare", ["six==1.17.0"]);
    const empty = await mkdtemp(path.join(scratch, "bin-"));
    await symlink("/bin/sh", path.join(empty, "sh"));
    const environments = environmentsAt(dataFolder, { ...portalEnvironment, PATH: empty });
    expect(await install(environments, digest, project)).toMatchObject({ exitCode: 3, log: expect.stringContaining("no python3 on the PATH") });

    const { stdout } = await run("python3", ["-c", "import sys; print(sys.executable)"]);
    const withoutPip = path.join(scratch, "without-pip");
    await run(stdout.trim(), ["-m", "venv", "--without-pip", withoutPip]).catch(() => run(stdout.trim(), ["-c", NO_VENV_MODULE, withoutPip]));
    const own = createUvEnvironments({ dataFolder, portalEnvironment: { ...portalEnvironment, PATH: path.join(withoutPip, "bin") } });
    expect(await install(own, digest, project)).toMatchObject({ exitCode: 3, log: expect.stringContaining("pip is missing") });
  });

  it("refuses what is no digest", async () => {
    await expect(environmentsAt(dataFolder).find("../../etc")).rejects.toMatchObject({ code: "INVALID" });
  });
});

describe("index settings", () => {
  it("passes on how packages are reached and nothing else", () => {
    const environment = {
      PIP_INDEX_URL: "a",
      UV_INDEX_CORP_PASSWORD: "b",
      HTTPS_PROXY: "c",
      DATABASE_URL: "secret",
      UV_PUBLISH_TOKEN: "secret",
      PATH: "/bin",
      UV_INDEX: undefined,
    };
    expect(indexSettings(environment)).toEqual({ PIP_INDEX_URL: "a", UV_INDEX_CORP_PASSWORD: "b", HTTPS_PROXY: "c" });
  });
});

/** Debian splits the venv module off; a link to the interpreter beside a `pyvenv.cfg` is all that is needed here. */
const NO_VENV_MODULE = `
import os, sys
folder = sys.argv[1]
os.makedirs(os.path.join(folder, "bin"), exist_ok=True)
os.symlink(sys.executable, os.path.join(folder, "bin", "python3"))
open(os.path.join(folder, "pyvenv.cfg"), "w").write("home = " + os.path.dirname(sys.executable) + "\\n")
`;

/** The test's own time limit ends the wait. */
async function appears(file: string): Promise<void> {
  while (!existsSync(file)) await new Promise((resolve) => setImmediate(resolve));
}

function digestOf(content: string | Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

async function uvOfTests(): Promise<string> {
  const installed = path.join(sharedTools, `uv-${PINNED_UV_VERSION}`, "bin", "uv");
  return run(installed, ["--version"]).then(
    () => installed,
    () => "uv",
  );
}
