import type { Logger } from "@trellis/core/kernel/context.ts";

/** Who uses git over HTTP, as the portal knows them. */
export type GitUser = { id: string; name: string; email: string };

/** What the door asks before anything of a repository is touched. `authorization` is the header as it came. */
export type GitAccessRequest = { repository: string; operation: "read" | "write"; authorization: string | undefined };

/** The answer; `message` is shown by the git client. `unauthenticated` makes the client ask for a name and a token. */
export type GitAccess = { status: "ok"; user: GitUser } | { status: "unauthenticated" | "forbidden" | "not_found"; message: string };

/** Branches that a person may not push to; rule and remedy are sentences that the client shows. */
export type BranchProtection = { /** Without `refs/heads/`. */ branches: string[]; rule: string; remedy: string };

/** A ref that a push moved: full name and commit (or tag object) ids, null where there was or is none. */
export type RefUpdate = { ref: string; before: string | null; after: string | null };

/** A branch or tag and the commit it leads to. */
export type RefHead = { /** Full name, e.g. `refs/heads/main`. */ ref: string; commit: string };

export type GitDoorOptions = {
  /** Absolute folder of the repositories, `<root>/<group>/<name>.git`. */
  root: string;
  authorize(request: GitAccessRequest): Promise<GitAccess>;
  /** The branches of a repository that this person may not push to; null when there are none. */
  protectedBranch?(repository: string, user: GitUser): Promise<BranchProtection | null>;
  /** Told at least once of each push, before the pusher's command ends; when it throws it is told again later. */
  onPush(repository: string, updates: RefUpdate[], user: GitUser): Promise<void>;
  log: Logger;
  /** Largest push in bytes; default 1 GiB. */
  maxPushBytes?: number;
  /** A connection on which nothing moves for this long, in milliseconds, is cut; default 10 minutes. */
  idleTimeoutMs?: number;
  /** Most git processes at once; more are answered with 503; default 32. */
  maxRequests?: number;
  /** Where `git` is looked for, as in `PATH`. */
  searchPath?: string;
};
