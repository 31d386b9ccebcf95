import { type ExecFileException, execFile } from "node:child_process";
import { access, mkdir } from "node:fs/promises";
import path from "node:path";

const ROOT = path.join(import.meta.dirname, "../../..");
/** Kept between runs: uv, and the packages that it has fetched. */
export const TEST_CACHE = path.resolve(process.env.TRELLIS_TEST_CACHE ?? path.join(ROOT, ".cache"));
/** Source of the Python client. */
export const CLIENT_FOLDER = path.join(ROOT, "packages/python-client/src");

/** What a command left behind. */
export type CommandResult = { exitCode: number; stdout: string; stderr: string };

/** Runs a command to its end; a failure is a result, not an exception. It is killed after five minutes. */
export function runCommand(file: string, args: string[], options: { cwd?: string; env?: Record<string, string> } = {}): Promise<CommandResult> {
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const environment = { ...toolEnvironment(), ...options.env };
  execFile(file, args, { cwd: options.cwd, env: environment, timeout: 300_000, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
    resolve({ exitCode: exitCodeOf(error), stdout, stderr: error && stderr === "" ? error.message : stderr });
  });
  return promise;
}

/** The environment of commands: this one, without a run's variables, with a shared package cache and no Python downloads. */
export function toolEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(TRELLIS_|VIRTUAL_ENV$|PYTHONPATH$|PYTHONHOME$|UV_PROJECT)/.test(entry[0]),
  );
  const cache = process.env.UV_CACHE_DIR ?? path.join(TEST_CACHE, "uv-cache");
  return { ...Object.fromEntries(kept), UV_CACHE_DIR: cache, UV_PYTHON_DOWNLOADS: "never", UV_NO_PROGRESS: "1", NO_COLOR: "1", PYTHONDONTWRITEBYTECODE: "1" };
}

/** uv: named by UV, on the PATH, else installed once from PyPI into the cache. */
export async function findUv(): Promise<string> {
  for (const candidate of [process.env.UV, "uv"]) {
    if (candidate && (await runCommand(candidate, ["--version"])).exitCode === 0) return candidate;
  }
  const folder = path.join(TEST_CACHE, "uv");
  const program = path.join(folder, "bin/uv");
  if (!(await exists(program))) {
    await mkdir(TEST_CACHE, { recursive: true });
    const installed = await runCommand("python3", ["-m", "pip", "install", "--quiet", "--target", folder, "uv"]);
    if (installed.exitCode !== 0) throw new Error(`uv could not be installed by python3 -m pip:\n${installed.stderr}`);
  }
  return program;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function exitCodeOf(error: ExecFileException | null): number {
  if (!error) return 0;
  return typeof error.code === "number" ? error.code : -1;
}
