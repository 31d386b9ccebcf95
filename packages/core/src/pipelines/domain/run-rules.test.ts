import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "./duration.ts";
import { medianSeconds } from "./estimate.ts";
import { exitReason } from "./exit-reason.ts";
import { decideRetry, MAX_NEVER_STARTED } from "./retry.ts";
import { isAutomatic, triggerParameters } from "./trigger.ts";

describe("decideRetry", () => {
  const retries = { limit: 2, backoffSeconds: 10 };

  it("doubles the wait and stops at the limit", () => {
    const decide = (number: number) => decideRetry({ number, neverStarted: 0, outcome: "failed", retries });
    expect([1, 2, 3].map(decide)).toEqual([{ retry: true, delaySeconds: 10 }, { retry: true, delaySeconds: 20 }, { retry: false }]);
  });

  it("does not count attempts that never began, but ends them too", () => {
    expect(decideRetry({ number: 3, neverStarted: 2, outcome: "failed", retries: { limit: 1, backoffSeconds: 10 } })).toEqual({
      retry: true,
      delaySeconds: 10,
    });
    expect(decideRetry({ number: 1, neverStarted: 1, outcome: "never_started", retries: { limit: 0, backoffSeconds: 10 } })).toEqual({
      retry: true,
      delaySeconds: 0,
    });
    expect(decideRetry({ number: 6, neverStarted: MAX_NEVER_STARTED + 1, outcome: "never_started", retries })).toEqual({ retry: false });
  });

  it("always ends, and never waits longer than an hour", () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 }), fc.integer({ min: 1, max: 100_000 }), (limit, backoffSeconds) => {
        let number = 1;
        for (; ; number += 1) {
          const decision = decideRetry({ number, neverStarted: 0, outcome: "failed", retries: { limit, backoffSeconds } });
          if (!decision.retry) break;
          expect(decision.delaySeconds).toBeLessThanOrEqual(3_600);
        }
        expect(number).toBe(limit + 1);
      }),
    );
  });
});

describe("exitReason", () => {
  it.each<[number, string, string]>([
    [1, 'Traceback (most recent call last):\n  File "x"\nValueError: bad value\n', "Exit code 1: ValueError: bad value"],
    [
      1,
      "/x/bin/python: No module named flight_delays.prepar\n",
      "Python module not found: flight_delays.prepar (exit code 1): /x/bin/python: No module named flight_delays.prepar",
    ],
    [1, "ModuleNotFoundError: No module named 'sklearn'", "Python module not found: sklearn (exit code 1): ModuleNotFoundError: No module named 'sklearn'"],
    [127, "/bin/sh: 1: pyhton: not found\n", "Command not found: pyhton (exit code 127): /bin/sh: 1: pyhton: not found"],
    [137, "epoch 3\n", "Killed (out of memory?) (exit code 137): epoch 3"],
    [3, "", "Exit code 3"],
    [1, "\u001b[31mred\u001b[0m\n-----\n", "Exit code 1: red"],
    [163, "", "Exit code 163"],
  ])("explains %i", (code, log, reason) => expect(exitReason(code, log)).toBe(reason));
});

describe("durations", () => {
  it.each([
    ["30s", 30],
    ["10m", 600],
    ["2h", 7_200],
    ["7d", 604_800],
    ["0s", null],
    ["1.5h", null],
    ["10", null],
    ["10m ", null],
    ["-1s", null],
  ] as const)("%s is %s seconds", (text, seconds) => expect(parseDuration(text)).toBe(seconds));
  it.each([
    [0, "0 s"],
    [59.4, "59 s"],
    [60, "1 min"],
    [5_430, "1 h 30 min"],
    [604_800, "7 d"],
    [-1, "0 s"],
  ] as const)("%s seconds read %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});

describe("medianSeconds", () => {
  it.each([
    [[], null],
    [[3], 3],
    [[5, 1], 3],
    [[9, 1, 2], 2],
    [[Number.NaN, 4], 4],
  ] as [number[], number | null][])("of %j is %s", (list, median) => expect(medianSeconds(list)).toBe(median));
});

describe("triggerParameters", () => {
  it("puts the day on which the window ends", () => {
    const trigger = { kind: "drift" as const, monitor: "production", parameters: { until: "$window_end", max_depth: 4 } };
    expect(triggerParameters(trigger, { windowEnd: new Date("2001-02-28T23:59:59Z") })).toEqual({ until: "2001-02-28", max_depth: 4 });
  });
  it("knows which runs nobody asked for", () =>
    expect((["manual", "scaffold", "drift", "retry"] as const).map(isAutomatic)).toEqual([false, false, true, false]));
});
