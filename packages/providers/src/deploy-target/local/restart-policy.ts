/** When a workload that exits by itself is started again. */
export type RestartTimings = {
  /** Pause before the first restart; it doubles with each quick exit. */
  firstPauseMs: number;
  longestPauseMs: number;
  /** A workload that served at least this long starts with a clean slate. */
  stableAfterMs: number;
  /** So many quick exits in a row, and it is left exited. */
  quickExitsAllowed: number;
};

export const DEFAULT_RESTART_TIMINGS: RestartTimings = { firstPauseMs: 500, longestPauseMs: 30_000, stableAfterMs: 60_000, quickExitsAllowed: 5 };

/**
 * Decides what follows an exit.
 *
 * @param quickExits Quick exits in a row before this one.
 * @param servedMs How long it had been ready, 0 when it never was.
 * @returns The new count, and the pause before the restart, or null when it is to be left alone.
 */
export function afterExit(quickExits: number, servedMs: number, timings: RestartTimings): { quickExits: number; pauseMs: number | null } {
  const count = servedMs >= timings.stableAfterMs ? 1 : quickExits + 1;
  if (count >= timings.quickExitsAllowed) return { quickExits: count, pauseMs: null };
  return { quickExits: count, pauseMs: Math.min(timings.firstPauseMs * 2 ** (count - 1), timings.longestPauseMs) };
}
