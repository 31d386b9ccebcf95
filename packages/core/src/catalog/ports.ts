import { defineCapability } from "../kernel/capability.ts";

/** `group/name` of a repository, both lower case slugs, e.g. `projects/flight-delays`. */
export type RepositoryName = string;

export type TreeEntry = { path: string; sizeBytes: number; executable: boolean; blob: string };

/** One changed file of a commit; `content: null` removes it. */
export type FileChange = { path: string; content: Buffer | string | null; executable?: boolean };

export type CommitRequest = {
  branch: string;
  message: string;
  author: { name: string; email: string };
  changes: FileChange[];
  /** Refuses with CONFLICT when the branch has moved on; `null` means the branch must not exist yet. */
  expectedHead?: string | null;
  /** Makes the commit safe to repeat: kept as a `Trellis-Key` trailer; a second call returns the first commit. */
  key: string;
};

export type CommitInfo = { commit: string; message: string; authorName: string; authorEmail: string; at: Date };

/** Where repositories live. The embedded one is bare git on disk; pushes by people arrive through the git door. */
export type SourceHost = {
  /** Creates an empty repository with default branch `main`. Does nothing when it exists. */
  createRepository(name: RepositoryName): Promise<void>;
  /** The commit a branch or tag points to (or the full commit id itself), or null. */
  head(name: RepositoryName, ref: string): Promise<CommitInfo | null>;
  readTree(name: RepositoryName, commit: string): Promise<TreeEntry[]>;
  /** File content at a commit, or null. At most `maxBytes` (1 MiB unless told), else TOO_LARGE. */
  readFile(name: RepositoryName, commit: string, path: string, maxBytes?: number): Promise<Buffer | null>;
  /** Commits directly to a branch, by compare-and-swap. */
  commit(name: RepositoryName, request: CommitRequest): Promise<{ commit: string; created: boolean }>;
  /** Writes the whole tree of a commit into an existing empty folder. */
  checkout(name: RepositoryName, commit: string, folder: string): Promise<void>;
};

export const SourceHostCapability = defineCapability<SourceHost>("source-host");
