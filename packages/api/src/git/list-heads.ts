import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { gitEnvironment } from "./backend-environment.ts";
import type { RefHead } from "./git-door-types.ts";

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** All branches and tags of a repository with the commits they lead to (an annotated tag counts as its commit). */
export async function listHeads(root: string, repository: string, searchPath: string): Promise<RefHead[]> {
  const format = "%(refname) %(objectname) %(*objectname)";
  const { stdout } = await run("git", ["for-each-ref", `--format=${format}`, "refs/heads", "refs/tags"], {
    cwd: "/",
    env: { ...gitEnvironment(searchPath), GIT_DIR: join(root, `${repository}.git`) },
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [ref = "", object = "", peeled = ""] = line.split(" ");
      return { ref, commit: peeled || object };
    });
}
