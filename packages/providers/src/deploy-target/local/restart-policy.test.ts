import fc from "fast-check";
import { expect, it } from "vitest";
import { afterExit, DEFAULT_RESTART_TIMINGS } from "./restart-policy.ts";

const timings = { firstPauseMs: 100, longestPauseMs: 1_000, stableAfterMs: 60_000, quickExitsAllowed: 7 };

it("waits longer with each quick exit, then gives up", () => {
  const pauses: (number | null)[] = [];
  for (let quickExits = 0; pauses.at(-1) !== null;) {
    const next = afterExit(quickExits, 10, timings);
    pauses.push(next.pauseMs);
    ({ quickExits } = next);
  }
  expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000, null]);
});

it("forgives a workload that had served long enough", () => {
  expect(afterExit(6, 60_000, timings)).toEqual({ quickExits: 1, pauseMs: 100 });
});

it("never waits for more than the longest pause, and gives up exactly at the count", () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(1_000_000), (quickExits, servedMs) => {
      const next = afterExit(quickExits, servedMs, DEFAULT_RESTART_TIMINGS);
      expect(next.pauseMs === null).toBe(next.quickExits >= DEFAULT_RESTART_TIMINGS.quickExitsAllowed);
      expect(next.pauseMs ?? 0).toBeLessThanOrEqual(DEFAULT_RESTART_TIMINGS.longestPauseMs);
    }),
  );
});
