/** Longest wait between two attempts, in seconds. */
const MAX_BACKOFF_SECONDS = 3_600;

/** Attempts that never began do not count against a step's own limit, but they must not go on for ever. */
export const MAX_NEVER_STARTED = 5;

export type EndedAttempt = {
  /** Attempts of the step so far, this one included. */
  number: number;
  /** How many of them never began. */
  neverStarted: number;
  outcome: "failed" | "errored" | "lost" | "never_started";
  retries: { limit: number; backoffSeconds: number };
};

/**
 * What follows an attempt that brought no result: again after a delay, or stop. The delay doubles with each attempt. An
 * attempt that never began is made again at once and is not counted.
 */
export function decideRetry(attempt: EndedAttempt): { retry: true; delaySeconds: number } | { retry: false } {
  if (attempt.outcome === "never_started") return attempt.neverStarted <= MAX_NEVER_STARTED ? { retry: true, delaySeconds: 0 } : { retry: false };
  const counted = attempt.number - attempt.neverStarted;
  if (counted > attempt.retries.limit) return { retry: false };
  const delay = attempt.retries.backoffSeconds * 2 ** (counted - 1);
  return { retry: true, delaySeconds: Math.min(delay, MAX_BACKOFF_SECONDS) };
}
