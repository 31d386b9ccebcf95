import type { RetrySpec } from "./pipeline-spec.ts";

/** Attempts that never began do not count against a step's own limit, but they must not go on for ever. */
export const MAX_NEVER_STARTED = 5;

export type EndedAttempt = {
  /** Attempts of the step so far, this one included. */
  number: number;
  /** How many of them never began. */
  neverStarted: number;
  outcome: "failed" | "errored" | "lost" | "never_started";
  exitCode: number | null;
  timedOut: boolean;
  retries: RetrySpec;
};

/** `why` says what the rules left out, when they did. */
export type RetryDecision = { retry: true; delaySeconds: number } | { retry: false; why?: string };

/**
 * What follows an attempt that brought no result: again after a delay, or stop. The delay of attempt n + 1 is
 * backoff × factor^(n - 1), at most the cap. An attempt that never began is made again at once and is not counted.
 */
export function decideRetry(attempt: EndedAttempt): RetryDecision {
  if (attempt.outcome === "never_started") return attempt.neverStarted <= MAX_NEVER_STARTED ? { retry: true, delaySeconds: 0 } : { retry: false };
  const { limit, backoffSeconds, factor, maxBackoffSeconds, on } = attempt.retries;
  const counted = attempt.number - attempt.neverStarted;
  if (counted > limit) return { retry: false };
  const cause = causeOf(attempt);
  if (on && (cause === null || !on.includes(cause))) return { retry: false, why: `Not tried again: retries.on names ${on.join(", ")}` };
  return { retry: true, delaySeconds: Math.min(backoffSeconds * factor ** (counted - 1), maxBackoffSeconds) };
}

function causeOf({ outcome, exitCode, timedOut }: EndedAttempt): NonNullable<RetrySpec["on"]>[number] | null {
  if (timedOut) return "timeout";
  return outcome === "failed" ? exitCode : "infrastructure";
}
