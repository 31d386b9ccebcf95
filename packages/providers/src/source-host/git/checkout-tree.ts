import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CoreError, type ErrorIssue } from "@trellis/core/kernel/errors.ts";
import { filePathFault } from "@trellis/core/kernel/file-path.ts";
import { linkTargetFault } from "./link-target.ts";
import { withPrivateFolder } from "./private-folder.ts";
import { MAX_PATH_LENGTH, readRows, type TreeRow } from "./read-tree.ts";
import { mustRun, type RunGit } from "./run-git.ts";

const LINK_MODE = "120000";
const MAX_LINK_BYTES = 4096;

/**
 * Writes a commit's tree into an existing empty folder. Refuses, before anything is written, a tree with a path or a symbolic
 * link that leads out of the folder. Submodules become empty folders.
 */
export async function checkoutTree(run: RunGit, root: string, directory: string, commit: string, folder: string): Promise<void> {
  const present = await readdir(folder);
  if (present.length > 0) throw new CoreError("INVALID", `The folder ${folder} is not empty, so no commit is written into it.`);
  const rows = await readRows(run, directory, commit);
  await assertStaysInside(run, directory, rows);
  await withPrivateFolder(root, async (scratch) => {
    const environment = { GIT_INDEX_FILE: join(scratch, "index"), GIT_WORK_TREE: folder };
    await mustRun(run, { directory, environment, arguments: ["read-tree", commit] });
    await mustRun(run, { directory, environment, arguments: ["checkout-index", "--all", "--force", "--quiet"] });
  });
}

async function assertStaysInside(run: RunGit, directory: string, rows: TreeRow[]): Promise<void> {
  const issues: ErrorIssue[] = [];
  for (const row of rows) {
    const fault = row.mode === LINK_MODE ? await linkFault(run, directory, row) : filePathFault(row.path, MAX_PATH_LENGTH);
    if (fault) issues.push({ file: row.path, message: fault });
  }
  const first = issues[0];
  if (!first) return;
  throw new CoreError("INVALID", `The commit cannot be checked out: ${JSON.stringify(first.file)} ${first.message}. Change or remove it in the repository.`, {
    issues,
  });
}

async function linkFault(run: RunGit, directory: string, row: TreeRow): Promise<string | null> {
  const fault = filePathFault(row.path, MAX_PATH_LENGTH);
  if (fault) return fault;
  if (row.sizeBytes > MAX_LINK_BYTES) return "has no usable target";
  const target = await mustRun(run, { directory, arguments: ["cat-file", "blob", row.blob] });
  return linkTargetFault(row.path, target.toString());
}
