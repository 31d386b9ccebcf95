import type { CommitRequest, FileChange } from "@trellis/core/catalog/ports.ts";
import { CoreError, type ErrorIssue } from "@trellis/core/kernel/errors.ts";
import { filePathFault, findPathCollision } from "@trellis/core/kernel/file-path.ts";
import { isCommitId, isRefName } from "./repository-folder.ts";

const MAX_TOTAL_BYTES = 100 * 1024 * 1024;

/** Throws INVALID, or TOO_LARGE above 100 MB, for a commit request that must not reach git. */
export function checkRequest(request: CommitRequest): void {
  if (!isRefName(request.branch)) throw invalid(`${JSON.stringify(request.branch)} is not a branch name.`);
  if (!isLine(request.key) || request.key.length > 200) throw invalid("The key of a commit must be one line of at most 200 characters.");
  if (request.message.trim() === "" || request.message.includes("\0")) throw invalid("A commit needs a message.");
  // Git drops these characters from names silently; a name made of nothing else would fail inside git.
  if (!isLine(request.author.name.replace(/[<>]/g, "").trim()) || !isLine(request.author.email.replace(/[<>]/g, "").trim())) {
    throw invalid("The author of a commit needs a name and an email address, each on one line.");
  }
  if (typeof request.expectedHead === "string" && !isCommitId(request.expectedHead)) throw invalid("The expected head must be a full commit id.");
  checkChanges(request.changes);
}

function checkChanges(changes: FileChange[]): void {
  const issues: ErrorIssue[] = [];
  for (const { path } of changes) {
    const fault = filePathFault(path);
    if (fault) issues.push({ file: path, message: fault });
  }
  const first = issues[0];
  if (first) throw new CoreError("INVALID", `The path ${JSON.stringify(first.file)} ${first.message}.`, { issues });
  // Removing `README` while adding `readme` is a rename and fine; two files that are both written must fit together.
  const collision = findPathCollision(changes.filter((change) => change.content !== null).map((change) => change.path)) ?? findRepeated(changes);
  if (collision) throw invalid(`${collision[0]} and ${collision[1]} cannot both be changed: on some systems they are the same file.`);
  const total = changes.reduce((sum, change) => sum + (change.content === null ? 0 : Buffer.byteLength(change.content)), 0);
  if (total > MAX_TOTAL_BYTES) throw new CoreError("TOO_LARGE", `The commit has ${total} bytes; at most ${MAX_TOTAL_BYTES} fit into one.`);
}

function findRepeated(changes: FileChange[]): [string, string] | null {
  const seen = new Set<string>();
  for (const { path } of changes) {
    if (seen.has(path)) return [path, path];
    seen.add(path);
  }
  return null;
}

function isLine(text: string): boolean {
  return text !== "" && !/[\0-\x1f\x7f]/.test(text);
}

function invalid(message: string): CoreError {
  return new CoreError("INVALID", message);
}
