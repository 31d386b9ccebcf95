import { spawn } from "node:child_process";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const WORKER = fileURLToPath(new URL("./commit-worker.ts", import.meta.url));

/** Where git is looked for when nothing is to happen to it. */
export const SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin";

/** Runs a worker that commits `paths`; resolves with what it printed and the signal that ended it, if one did. */
export function runWorker(root: string, searchPath: string, name: string, paths: string[]): Promise<{ outcomes: unknown[]; signal: string | null }> {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that one kill reaches the worker and its git commands and nobody else.
    const child = spawn(process.execPath, [WORKER, root, searchPath, name, ...paths], { stdio: ["ignore", "pipe", "inherit"], detached: true });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", (_, signal) => {
      const outcomes: unknown[] = output
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line));
      resolve({ outcomes, signal });
    });
  });
}

/**
 * A folder with a `git` that kills its whole process group, itself included, at its n-th call: before the real command runs,
 * or after it has run. Returns the search path that finds it first.
 */
export async function killingGit(folder: string, callNumber: number, moment: "before" | "after"): Promise<string> {
  const bin = join(folder, "bin");
  await rm(bin, { recursive: true, force: true });
  await mkdir(bin, { recursive: true });
  const script = [
    "#!/bin/sh",
    `PATH=${SEARCH_PATH}`,
    `echo x >>"${bin}/calls"`,
    `if [ "$(grep -c x "${bin}/calls")" -eq ${callNumber} ]; then`,
    ...(moment === "after" ? ['  git "$@"'] : []),
    "  kill -9 0",
    "fi",
    'exec git "$@"',
    "",
  ];
  await writeFile(join(bin, "git"), script.join("\n"));
  await chmod(join(bin, "git"), 0o755);
  return `${bin}:${SEARCH_PATH}`;
}

/** A folder with a `git` that moves `main` to another commit just before its first `update-ref`, as a rival process would. */
export async function overtakingGit(folder: string, repository: string, rival: string): Promise<string> {
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  const script = [
    "#!/bin/sh",
    `PATH=${SEARCH_PATH}`,
    `if [ "$1" = update-ref ] && mkdir "${bin}/overtaken" 2>/dev/null; then`,
    `  git --git-dir "${repository}" update-ref refs/heads/main ${rival}`,
    "fi",
    'exec git "$@"',
    "",
  ];
  await writeFile(join(bin, "git"), script.join("\n"));
  await chmod(join(bin, "git"), 0o755);
  return `${bin}:${SEARCH_PATH}`;
}
