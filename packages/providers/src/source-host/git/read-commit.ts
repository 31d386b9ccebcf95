import type { CommitInfo } from "@trellis/core/catalog/ports.ts";
import { isCommitId, isRefName } from "./repository-folder.ts";
import { mustRun, type RunGit } from "./run-git.ts";

/** The trailer that carries a commit's key; it is for readers of the log, the key itself is found by its ref. */
export const KEY_TRAILER = "Trellis-Key";

/** The commit that a branch, a tag or a full id names, in that order of trust: id, branch, tag. Null when there is none. */
export async function readCommit(run: RunGit, directory: string, ref: string): Promise<CommitInfo | null> {
  const candidates = isCommitId(ref) ? [ref] : isRefName(ref) ? [`refs/heads/${ref}`, `refs/tags/${ref}`] : [];
  if (candidates.length === 0) return null;
  const input = candidates.map((candidate) => `${candidate}^{commit}\n`).join("");
  const output = await mustRun(run, { directory, arguments: ["cat-file", "--batch"], input });
  return parseFirstCommit(output);
}

/** Reads the first object of a `cat-file --batch` answer; lines of missing objects are passed over. */
function parseFirstCommit(output: Buffer): CommitInfo | null {
  let at = 0;
  while (at < output.length) {
    const lineEnd = output.indexOf(10, at);
    const [id = "", type = "", size = ""] = output.subarray(at, lineEnd).toString().split(" ");
    if (type === "commit" && isCommitId(id)) return parseCommit(id, output.subarray(lineEnd + 1, lineEnd + 1 + Number(size)).toString());
    at = lineEnd + 1;
  }
  return null;
}

/** Parses a raw commit object (git-commit-tree): header lines, an empty line, the message. */
function parseCommit(commit: string, raw: string): CommitInfo {
  const headerEnd = raw.indexOf("\n\n");
  const headers = headerEnd < 0 ? raw : raw.slice(0, headerEnd);
  const author = /^author (.*) <([^>\n]*)> (\d+) [+-]\d{4}$/m.exec(headers);
  const committed = /^committer .*> (\d+) [+-]\d{4}$/m.exec(headers);
  return {
    commit,
    message: headerEnd < 0 ? "" : withoutKey(raw.slice(headerEnd + 2).trimEnd()),
    authorName: author?.[1] ?? "",
    authorEmail: author?.[2] ?? "",
    at: new Date(Number(committed?.[1] ?? 0) * 1000),
  };
}

function withoutKey(message: string): string {
  return message.replace(new RegExp(`\\n\\n?${KEY_TRAILER}: [^\\n]*$`), "");
}
