import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "./duration.ts";
import { medianSeconds } from "./estimate.ts";
import { exitReason } from "./exit-reason.ts";
import { RETRY_DEFAULTS } from "./pipeline-spec.ts";
import { decideRetry, type EndedAttempt, MAX_NEVER_STARTED } from "./retry.ts";
import { isAutomatic, triggerParameters } from "./trigger.ts";

describe("decideRetry", () => {
  const retries = { ...RETRY_DEFAULTS, limit: 2 };
  const decide = (attempt: Partial<EndedAttempt>) =>
    decideRetry({ number: 1, neverStarted: 0, outcome: "failed", exitCode: 1, timedOut: false, retries, ...attempt });

  it("doubles the wait and stops at the limit", () => {
    expect([1, 2, 3].map((number) => decide({ number }))).toEqual([{ retry: true, delaySeconds: 10 }, { retry: true, delaySeconds: 20 }, { retry: false }]);
  });

  it("waits by the step's own factor, up to its cap", () => {
    const slow = { ...retries, limit: 9, backoffSeconds: 2, factor: 3, maxBackoffSeconds: 20 };
    expect([1, 2, 3, 4].map((number) => decide({ number, retries: slow }))).toMatchObject([2, 6, 18, 20].map((delaySeconds) => ({ delaySeconds })));
  });

  it("does not count attempts that never began, but ends them too", () => {
    expect(decide({ number: 3, neverStarted: 2, retries: { ...retries, limit: 1 } })).toEqual({ retry: true, delaySeconds: 10 });
    expect(decide({ neverStarted: 1, outcome: "never_started", retries: { ...retries, limit: 0, on: ["timeout"] } })).toEqual({
      retry: true,
      delaySeconds: 0,
    });
    expect(decide({ number: 6, neverStarted: MAX_NEVER_STARTED + 1, outcome: "never_started" })).toEqual({ retry: false });
  });

  it.each<[EndedAttempt["retries"]["on"], Partial<EndedAttempt>, boolean]>([
    [[75], { exitCode: 75 }, true],
    [[75], { exitCode: 1 }, false],
    [["timeout"], { timedOut: true, exitCode: 143 }, true],
    [[143], { timedOut: true, exitCode: 143 }, false],
    [["infrastructure"], { outcome: "lost", exitCode: null }, true],
    [["infrastructure"], { outcome: "errored", exitCode: null }, true],
    [["infrastructure"], { exitCode: 1 }, false],
    [["infrastructure", 75], { exitCode: 75 }, true],
    // It ended well but left no output: there is no exit code to name.
    [[1], { exitCode: 0 }, false],
    [null, { exitCode: 0 }, true],
  ])("with on: %j, %j is tried again: %s", (on, attempt, retry) => expect(decide({ ...attempt, retries: { ...retries, on } }).retry).toBe(retry));

  it("always ends, and never waits longer than its cap", () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 }), fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 1, max: 10, noNaN: true }), (limit, backoffSeconds, factor) => {
        let number = 1;
        for (; ; number += 1) {
          const decision = decide({ number, retries: { ...retries, limit, backoffSeconds, factor } });
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
