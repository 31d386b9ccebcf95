import { mkdir, rename } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { SourceHost } from "@trellis/core/catalog/ports.ts";
import { checkoutTree } from "./checkout-tree.ts";
import { commitChanges } from "./commit-changes.ts";
import { packRepositories } from "./pack-repositories.ts";
import { removeOldPrivateFolders, withPrivateFolder } from "./private-folder.ts";
import { readCommit } from "./read-commit.ts";
import { readFileAt, readFiles } from "./read-tree.ts";
import { assertCommitId, existingRepository, repositoryFolder } from "./repository-folder.ts";
import { createGitRunner, mustRun, type RunGit } from "./run-git.ts";

const MAINTENANCE_TIMEOUT_MS = 60 * 60_000;

/** Settings of the embedded source host. */
export type GitSourceHostOptions = {
  /** Folder of the repositories: `<root>/<group>/<name>.git`. */
  root: string;
  /** Where `git` is looked for, as in `PATH`. */
  searchPath?: string;
  /** Time limit of one git command, in milliseconds. */
  timeoutMs?: number;
  /** Age, in milliseconds, at which a ref lock counts as left behind by a killed process. */
  staleLockMs?: number;
};

/** The embedded source host: the port and the care that repositories on disk need. */
export type GitSourceHost = SourceHost & {
  /** Packs repositories that have gathered many loose objects. For a timer, once a day or so; safe beside all other work. */
  maintain(): Promise<void>;
};

/**
 * Opens the embedded source host: bare git repositories on disk, worked on through git's plumbing commands. Safe for several
 * processes on one folder; a kill at any moment leaves every repository usable.
 */
export async function createGitSourceHost(options: GitSourceHostOptions): Promise<GitSourceHost> {
  const root = resolve(options.root);
  const { searchPath = "/usr/local/bin:/usr/bin:/bin", timeoutMs = 120_000, staleLockMs = 10_000 } = options;
  const run = createGitRunner({ searchPath, timeoutMs });
  await removeOldPrivateFolders(root, Date.now());
  return {
    createRepository: (name) => createRepository(run, root, repositoryFolder(root, name)),
    async head(name, ref) {
      return readCommit(run, await existingRepository(root, name), ref);
    },
    async readTree(name, commit) {
      assertCommitId(commit);
      return readFiles(run, await existingRepository(root, name), commit);
    },
    async readFile(name, commit, path, maxBytes) {
      assertCommitId(commit);
      return readFileAt(run, await existingRepository(root, name), commit, path, maxBytes);
    },
    async commit(name, request) {
      return commitChanges({ run, root, directory: await existingRepository(root, name), staleLockMs }, request);
    },
    async checkout(name, commit, folder) {
      assertCommitId(commit);
      await checkoutTree(run, root, await existingRepository(root, name), commit, folder);
    },
    maintain: () => packRepositories(createGitRunner({ searchPath, timeoutMs: MAINTENANCE_TIMEOUT_MS }), root),
  };
}

/** Built aside and moved into place whole, so that a repository exists completely or not at all. */
async function createRepository(run: RunGit, root: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await withPrivateFolder(root, async (scratch) => {
    const fresh = join(scratch, "repository.git");
    await mustRun(run, { directory: fresh, arguments: ["init", "--bare", "--quiet", "--template=", "--initial-branch=main"] });
    try {
      await rename(fresh, folder);
    } catch (error) {
      if (!isOccupied(error)) throw error;
    }
  });
}

function isOccupied(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return code === "ENOTEMPTY" || code === "EEXIST";
}
