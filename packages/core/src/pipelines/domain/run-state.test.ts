import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canMove, isFinal } from "../../kernel/state-machine.ts";
import { ATTEMPT_MOVES, isStepGood, RUN_MOVES, runVerdict, STEP_MOVES, type StepStatus } from "./run-state.ts";

const stepStatus = fc.constantFrom(...(Object.keys(STEP_MOVES) as StepStatus[]));

describe("state tables", () => {
  it("reach an end from every state, and only name states that exist", () => {
    for (const table of [RUN_MOVES, STEP_MOVES, ATTEMPT_MOVES] as Record<string, readonly string[]>[]) {
      for (const state of Object.keys(table)) {
        const seen = new Set([state]);
        for (const reached of seen) for (const next of table[reached] ?? []) seen.add(next);
        expect([...seen].every((reached) => reached in table)).toBe(true);
        expect([...seen].some((reached) => table[reached]?.length === 0)).toBe(true);
      }
    }
  });

  it("never leave a final state", () => {
    expect(isFinal(RUN_MOVES, "succeeded")).toBe(true);
    expect(canMove(RUN_MOVES, "cancelling", "succeeded")).toBe(false);
    expect(canMove(STEP_MOVES, "running", "queued")).toBe(true);
    expect(canMove(STEP_MOVES, "failed", "queued")).toBe(false);
  });
});

describe("runVerdict", () => {
  it.each<[StepStatus[], ReturnType<typeof runVerdict>]>([
    [["succeeded", "cached"], "succeeded"],
    [["succeeded", "failed", "skipped"], "failed"],
    [["failed", "errored"], "errored"],
    [["failed", "cancelled"], "failed"],
    [["succeeded", "cancelled"], "cancelled"],
    [["succeeded", "running"], null],
    [["failed", "waiting"], null],
  ])("judges %j as %s", (steps, verdict) => expect(runVerdict(steps)).toBe(verdict));

  it("succeeds exactly when every step is good or was skipped", () => {
    fc.assert(
      fc.property(fc.array(stepStatus), (steps) => {
        expect(runVerdict(steps) === "succeeded").toBe(steps.every((status) => isStepGood(status) || status === "skipped"));
      }),
    );
  });
});
