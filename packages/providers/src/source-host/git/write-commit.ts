import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommitRequest, FileChange } from "@trellis/core/catalog/ports.ts";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import { KEY_TRAILER } from "./read-commit.ts";
import { mustRun, type RunGit } from "./run-git.ts";

const COMMITTER = { GIT_COMMITTER_NAME: "Trellis", GIT_COMMITTER_EMAIL: "trellis@localhost" };
const NO_BLOB = "0".repeat(40);

/** A change whose content is in the repository already; `blob: null` removes the file. */
export type StoredChange = { path: string; blob: string | null; executable: boolean };

/** Writes the contents of all changes as blobs, in one command. Nothing points to them until the commit lands. */
export async function storeContents(run: RunGit, directory: string, scratch: string, changes: FileChange[]): Promise<StoredChange[]> {
  const folder = join(scratch, "contents");
  await mkdir(folder);
  const written = changes.filter((change) => change.content !== null);
  await Promise.all(written.map((change, index) => writeFile(join(folder, String(index)), change.content ?? "")));
  const input = written.map((_, index) => `${join(folder, String(index))}\n`).join("");
  const output = await mustRun(run, { directory, arguments: ["hash-object", "-w", "--no-filters", "--stdin-paths"], input });
  const blobs = output.toString().split("\n");
  const blobOf = new Map(written.map((change, index) => [change.path, blobs[index] ?? NO_BLOB]));
  return changes.map(({ path, executable = false }) => ({ path, executable, blob: blobOf.get(path) ?? null }));
}

/** Writes the commit that applies the changes to `parent` (null for the first one). No branch moves. */
export async function writeCommit(
  run: RunGit,
  directory: string,
  scratch: string,
  parent: string | null,
  changes: StoredChange[],
  request: CommitRequest,
): Promise<string> {
  const environment = { GIT_INDEX_FILE: join(scratch, "index") };
  await mustRun(run, { directory, environment, arguments: ["read-tree", parent ?? "--empty"] });
  const present = await mustRun(run, { directory, environment, arguments: ["ls-files", "-z"] });
  assertFits(present.toString().split("\0"), changes);
  await mustRun(run, { directory, environment, arguments: ["update-index", "-z", "--index-info"], input: indexLines(changes) });
  const tree = (await mustRun(run, { directory, environment, arguments: ["write-tree"] })).toString().trim();
  const author = { GIT_AUTHOR_NAME: request.author.name, GIT_AUTHOR_EMAIL: request.author.email };
  const commit = await mustRun(run, {
    directory,
    environment: { ...author, ...COMMITTER },
    arguments: ["commit-tree", tree, ...(parent ? ["-p", parent] : [])],
    input: withKey(request.message, request.key),
  });
  return commit.toString().trim();
}

/** Git would silently drop a file that is in the way of a folder, or a folder in the way of a file; here that is INVALID. */
function assertFits(present: string[], changes: StoredChange[]): void {
  const removed = new Set(changes.filter((change) => change.blob === null).map((change) => change.path));
  const written = new Set(changes.filter((change) => change.blob !== null).map((change) => change.path));
  const kept = new Set(present.filter((path) => path !== "" && !removed.has(path)));
  const fault = findBlocked(written, kept) ?? findBlocked(kept, written);
  if (!fault) return;
  const [file, path] = fault;
  throw new CoreError("INVALID", `${file} is a file, so ${path} cannot be in a folder of that name. Remove one of them in the same commit.`);
}

/** A path of `paths` that needs a folder where `files` has a file: that file and the path, or null. */
function findBlocked(paths: Set<string>, files: Set<string>): [string, string] | null {
  for (const path of paths) {
    for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
      if (files.has(path.slice(0, end))) return [path.slice(0, end), path];
    }
  }
  return null;
}

/** Removals first, so that a file can give way to a folder of its name, and the other way round, in one commit. */
function indexLines(changes: StoredChange[]): string {
  const removed = changes.filter((change) => change.blob === null).map((change) => `0 ${NO_BLOB}\t${change.path}\0`);
  const written = changes
    .filter((change) => change.blob !== null)
    .map((change) => `${change.executable ? "100755" : "100644"} ${change.blob}\t${change.path}\0`);
  return [...removed, ...written].join("");
}

function withKey(message: string, key: string): string {
  const text = message.trim().replaceAll("\r\n", "\n");
  const lines = text.split("\n");
  const endsInTrailers = lines.length > 2 && /^[A-Za-z][\w-]*: \S/.test(lines.at(-1) ?? "");
  return `${text}${endsInTrailers ? "\n" : "\n\n"}${KEY_TRAILER}: ${key}\n`;
}
