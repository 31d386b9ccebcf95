import type { TreeEntry } from "@trellis/core/catalog/ports.ts";
import { CoreError, notFound } from "@trellis/core/kernel/errors.ts";
import { filePathFault } from "@trellis/core/kernel/file-path.ts";
import { mustRun, type RunGit } from "./run-git.ts";

/** One row of a tree, also of the kinds that are no files to Trellis: `120000` symbolic link, `160000` submodule. */
export type TreeRow = { mode: string; type: string; blob: string; sizeBytes: number; path: string };

const MAX_FILE_BYTES = 1024 * 1024;
/** People push longer paths than Trellis itself writes; this is what common systems can hold. */
export const MAX_PATH_LENGTH = 1024;

/** All rows of a commit's tree, folders entered; with `path` only the row of exactly that path. */
export async function readRows(run: RunGit, directory: string, commit: string, path?: string): Promise<TreeRow[]> {
  const selection = path === undefined ? ["-r", commit] : [commit, "--", path];
  const result = await run({ directory, arguments: ["ls-tree", "-l", "-z", ...selection] });
  if (result.exitCode !== 0) {
    if (/not a tree object|bad object|Not a valid object name/i.test(result.stderr)) throw notFound("Commit", commit);
    throw new Error(`git ls-tree ended with ${result.exitCode}: ${result.stderr.trim()}`);
  }
  return result.stdout
    .toString()
    .split("\0")
    .filter((line) => line !== "")
    .map(parseRow);
}

function parseRow(line: string): TreeRow {
  const tab = line.indexOf("\t");
  const [mode = "", type = "", blob = "", size = ""] = line.slice(0, tab).split(/ +/);
  return { mode, type, blob, sizeBytes: Number(size) || 0, path: line.slice(tab + 1) };
}

/** True for a regular file; links and submodules are neither listed nor read. */
export function isFileRow(row: TreeRow): boolean {
  return row.type === "blob" && row.mode.startsWith("100");
}

/** The regular files of a commit's tree. */
export async function readFiles(run: RunGit, directory: string, commit: string): Promise<TreeEntry[]> {
  const rows = await readRows(run, directory, commit);
  return rows.filter(isFileRow).map(({ path, sizeBytes, mode, blob }) => ({ path, sizeBytes, executable: mode === "100755", blob }));
}

/** Content of a regular file at a commit, or null; TOO_LARGE above `maxBytes`, before anything is read. */
export async function readFileAt(run: RunGit, directory: string, commit: string, path: string, maxBytes = MAX_FILE_BYTES): Promise<Buffer | null> {
  const fault = filePathFault(path, MAX_PATH_LENGTH);
  if (fault) throw new CoreError("INVALID", `The path ${JSON.stringify(path)} ${fault}.`);
  const row = (await readRows(run, directory, commit, path)).find((candidate) => candidate.path === path);
  if (!row || !isFileRow(row)) return null;
  if (row.sizeBytes > maxBytes) {
    throw new CoreError("TOO_LARGE", `${path} has ${row.sizeBytes} bytes; at most ${maxBytes} are read here.`, {
      issues: [{ file: path, message: "too large" }],
    });
  }
  return mustRun(run, { directory, arguments: ["cat-file", "blob", row.blob], maxOutputBytes: maxBytes + 1 });
}
