import { describe, expect, it } from "vitest";
import { compared, formatResults, measured, quantile } from "./result.ts";

describe("results of a benchmark", () => {
  it("judge against the goal and compare with a peer", () => {
    expect(measured("start", "ms", 2_345.6, 3_000)).toEqual({ name: "start", unit: "ms", ours: 2346, peer: null, ratio: null, goal: 3_000, met: true });
    expect(measured("read", "ms", 3, null, 2)).toEqual({ name: "read", unit: "ms", ours: 3, peer: 2, ratio: 1.5, goal: null, met: null });
    expect(measured("cpu", "%", 1.0049, 1)).toMatchObject({ ours: 1, met: true });
    expect(measured("cpu", "%", 1.01, 1).met).toBe(false);
  });

  it("are held against a peer's, or against a value, whichever is harder", () => {
    expect(compared("log", "ms", 2, 30, { times: 10 })).toMatchObject({ ours: 2, peer: 30, ratio: 0.0667, goal: 3, met: true });
    expect(compared("search", "ms", 60, 2_000, { times: 20, atMost: 50 })).toMatchObject({ goal: 50, met: false });
    expect(compared("search", "ms", 49, 200, { times: 20, atMost: 50 })).toMatchObject({ goal: 10, met: false });
    expect(compared("run", "ms", 1, 2)).toMatchObject({ goal: null, met: null, ratio: 0.5 });
  });

  it("take the nearest rank as quantile", () => {
    expect(quantile([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(quantile([5, 1, 4, 2, 3], 0.95)).toBe(5);
    expect(quantile([7], 0.5)).toBe(7);
  });

  it("say in a table what was missed", () => {
    expect(formatResults([measured("a", "ms", 4, 3), measured("bc", "MB", 1, null)])).toBe(
      "a          4 ms    goal 3                  MISSED\nbc         1 MB",
    );
  });
});
