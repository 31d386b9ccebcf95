import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { CommitRequest } from "@trellis/core/catalog/ports.ts";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import { checkRequest } from "./check-request.ts";
import { withPrivateFolder } from "./private-folder.ts";
import { isCommitId } from "./repository-folder.ts";
import { mustRun, type RunGit } from "./run-git.ts";
import { clearStaleLocks } from "./stale-locks.ts";
import { storeContents, type StoredChange, writeCommit } from "./write-commit.ts";

const NOTHING = "0".repeat(40);
const RETRY_DELAY_MS = 50;

/** Where commits are made; `staleLockMs` is the age at which a ref lock counts as left behind by a killed process. */
export type Workplace = { run: RunGit; root: string; directory: string; staleLockMs: number };

/** What the repository says at one moment about the branch and the key of a request. */
type Standing = { head: string | null; keyed: string | null };

/**
 * Commits to a branch by compare-and-swap. The branch and the ref that remembers the request's key move in one transaction,
 * so a repeat always finds the first commit. When another commit wins the race, this one is made again on top of it, unless
 * the other changed the same files or the caller expected a certain head: then CONFLICT.
 */
export async function commitChanges(place: Workplace, request: CommitRequest): Promise<{ commit: string; created: boolean }> {
  checkRequest(request);
  const keyRef = `refs/trellis/keys/${createHash("sha256").update(request.key).digest("hex")}`;
  return withPrivateFolder(place.root, async (scratch) => {
    let changes: StoredChange[] | null = null;
    let firstHead: string | null | undefined;
    const giveUpAt = Date.now() + place.staleLockMs + 60_000;
    while (Date.now() < giveUpAt) {
      const standing = await readStanding(place, request.branch, keyRef);
      if (await isOnBranch(place, standing)) return { commit: standing.keyed ?? NOTHING, created: false };
      assertExpectedHead(request, standing.head);
      if (firstHead !== undefined) await assertFilesUntouched(place, request, firstHead, standing.head);
      firstHead ??= standing.head;
      changes ??= await storeContents(place.run, place.directory, scratch, request.changes);
      const commit = await writeCommit(place.run, place.directory, scratch, standing.head, changes, request);
      if (await land(place, request.branch, keyRef, standing, commit)) return { commit, created: true };
    }
    throw new CoreError("UNAVAILABLE", `Branch ${request.branch} is too busy to commit to. Try again.`);
  });
}

async function readStanding(place: Workplace, branch: string, keyRef: string): Promise<Standing> {
  const branchRef = `refs/heads/${branch}`;
  const input = `${branchRef}\n${keyRef}\n`;
  const output = await mustRun(place.run, { directory: place.directory, arguments: ["cat-file", "--batch-check=%(objectname)"], input });
  const [head = "", keyed = ""] = output.toString().split("\n");
  return { head: isCommitId(head) ? head : null, keyed: isCommitId(keyed) ? keyed : null };
}

/**
 * A key whose commit is not on the branch counts as not done: a power cut can fall between the renames of one transaction, and
 * somebody may have taken the commit off the branch again.
 */
async function isOnBranch(place: Workplace, { head, keyed }: Standing): Promise<boolean> {
  if (!keyed || !head) return false;
  if (keyed === head) return true;
  const result = await place.run({ directory: place.directory, arguments: ["merge-base", "--is-ancestor", keyed, head] });
  return result.exitCode === 0;
}

function assertExpectedHead(request: CommitRequest, head: string | null): void {
  if (request.expectedHead === undefined || request.expectedHead === head) return;
  const found = head ? `is at ${head.slice(0, 12)}` : "does not exist";
  const expected = request.expectedHead ? `at ${request.expectedHead.slice(0, 12)}` : "not to exist yet";
  throw new CoreError("CONFLICT", `Branch ${request.branch} ${found}, but was expected ${expected}. Read it again and repeat the change on top.`);
}

async function assertFilesUntouched(place: Workplace, request: CommitRequest, before: string | null, after: string | null): Promise<void> {
  if (before === after) return;
  const [from, to] = await Promise.all([treeOf(place, before), treeOf(place, after)]);
  const output = await mustRun(place.run, { directory: place.directory, arguments: ["diff-tree", "-r", "-z", "--name-only", from, to] });
  const touched = output
    .toString()
    .split("\0")
    .filter((path) => path !== "");
  const mine = request.changes.map((change) => change.path);
  const shared = touched.filter((path) => mine.some((own) => own === path || own.startsWith(`${path}/`) || path.startsWith(`${own}/`)));
  if (shared.length === 0) return;
  throw new CoreError("CONFLICT", `${shared[0]} was changed on ${request.branch} at the same time. Read it again and repeat the change on top.`, {
    issues: shared.map((file) => ({ file, message: "changed by another commit at the same time" })),
  });
}

async function treeOf(place: Workplace, commit: string | null): Promise<string> {
  if (commit) return `${commit}^{tree}`;
  // The empty tree has to be an object of the repository before diff-tree can compare with it.
  return (await mustRun(place.run, { directory: place.directory, arguments: ["hash-object", "-w", "-t", "tree", "--stdin"] })).toString().trim();
}

/** Moves both refs in one transaction; false when one of them moved, or was locked, and the attempt has to be made again. */
async function land(place: Workplace, branch: string, keyRef: string, standing: Standing, commit: string): Promise<boolean> {
  // The explicit commit line makes input that was cut short change nothing.
  const input = [
    "start",
    `update ${keyRef} ${commit} ${standing.keyed ?? NOTHING}`,
    `update refs/heads/${branch} ${commit} ${standing.head ?? NOTHING}`,
    "prepare",
    "commit",
    "",
  ].join("\n");
  const result = await place.run({ directory: place.directory, arguments: ["update-ref", "--stdin"], input });
  if (result.exitCode === 0) return true;
  if (await clearStaleLocks(result.stderr, place.directory, place.staleLockMs)) {
    await delay(RETRY_DELAY_MS * (0.5 + Math.random()));
    return false;
  }
  if (/cannot lock ref .*(but expected|reference already exists|unable to resolve)/s.test(result.stderr) && !isNameClash(result.stderr)) return false;
  if (isNameClash(result.stderr)) {
    throw new CoreError("CONFLICT", `Branch ${branch} cannot exist beside a branch whose name is part of it. Choose another name.`);
  }
  throw new Error(`git update-ref ended with ${result.exitCode}: ${result.stderr.trim()}`);
}

function isNameClash(stderr: string): boolean {
  return /exists; cannot create|cannot process .* at the same time|there is a non-empty directory/.test(stderr);
}
