import type { CHANGE_REQUEST_KINDS, CHANGE_REQUEST_STATUSES } from "@trellis/db/schema";
import type { StateTable } from "../../kernel/state-machine.ts";

export type ChangeRequestStatus = (typeof CHANGE_REQUEST_STATUSES)[number];
export type ChangeRequestKind = (typeof CHANGE_REQUEST_KINDS)[number];

/**
 * open: asked, people decide. approved: enough people agreed, not in git yet. committed: in git, the world follows.
 * applied: it is so. failed: the world could not follow; what was live before still is.
 */
export const CHANGE_REQUEST_MOVES: StateTable<ChangeRequestStatus> = {
  open: ["approved", "rejected", "withdrawn", "superseded"],
  approved: ["committed", "failed", "superseded"],
  committed: ["applied", "failed", "superseded"],
  applied: [],
  // A second try of the same manifest may succeed.
  failed: ["applied"],
  rejected: [],
  withdrawn: [],
  superseded: [],
};

/** States in which a request still waits for something. */
export const PENDING_STATUSES: ChangeRequestStatus[] = ["open", "approved", "committed"];
