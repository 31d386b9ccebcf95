import type { ATTEMPT_STATUSES, RUN_STATUSES, STEP_STATUSES } from "@trellis/db/schema";
import { isFinal, type StateTable } from "../../kernel/state-machine.ts";

export type RunStatus = (typeof RUN_STATUSES)[number];
export type StepStatus = (typeof STEP_STATUSES)[number];
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

/** A run: `errored` = the platform could not tell or do its part; `failed` = the work said no. */
export const RUN_MOVES: StateTable<RunStatus> = {
  queued: ["running", "cancelling", "cancelled", "failed", "errored", "succeeded"],
  running: ["cancelling", "succeeded", "failed", "errored", "cancelled"],
  cancelling: ["cancelled"],
  succeeded: [],
  failed: [],
  errored: [],
  cancelled: [],
};

/** A step: `waiting` for other steps, `queued` for a slot or for the end of a back-off. A retry goes from running to queued. */
export const STEP_MOVES: StateTable<StepStatus> = {
  waiting: ["queued", "skipped", "cancelled"],
  queued: ["running", "cached", "cancelled", "skipped", "errored"],
  running: ["succeeded", "cached", "failed", "errored", "queued", "cancelled", "skipped"],
  succeeded: [],
  cached: [],
  failed: [],
  errored: [],
  skipped: [],
  cancelled: [],
};

/** An attempt: `lost` = proof that it is gone, or never began, without an outcome of its own. */
export const ATTEMPT_MOVES: StateTable<AttemptStatus> = {
  launching: ["running", "succeeded", "failed", "errored", "lost", "cancelled"],
  running: ["succeeded", "failed", "errored", "lost", "cancelled"],
  succeeded: [],
  failed: [],
  errored: [],
  lost: [],
  cancelled: [],
};

/** True when nothing follows for the run. */
export function isRunEnded(status: RunStatus): boolean {
  return isFinal(RUN_MOVES, status);
}

/** True when nothing follows for the step. */
export function isStepEnded(status: StepStatus): boolean {
  return isFinal(STEP_MOVES, status);
}

/** True when the steps that need this one may go on. */
export function isStepGood(status: StepStatus): boolean {
  return status === "succeeded" || status === "cached";
}

/** Gravest first: a run takes the gravest word that any of its steps has. */
const SEVERITY: readonly ("errored" | "failed" | "cancelled")[] = ["errored", "failed", "cancelled"];

/** How a run with these steps ends; null while one of them has not. A step is skipped after another's fault or by its own condition. */
export function runVerdict(steps: readonly StepStatus[]): "succeeded" | "failed" | "errored" | "cancelled" | null {
  if (steps.some((status) => !isStepEnded(status))) return null;
  return SEVERITY.find((status) => steps.includes(status)) ?? "succeeded";
}
