import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareRepeated } from "./compare-repeated.ts";

const within = (original: number, repeated: number, tolerance: number): boolean | undefined =>
  compareRepeated({ auc: original }, { auc: repeated }, tolerance)[0]?.within;

describe("compareRepeated", () => {
  it.each([
    [0.7, 0.7, 0, true],
    [0.7, 0.707, 0.01, true],
    [0.7, 0.7072, 0.01, false],
    [-2, -2.01, 0.01, true],
    [0, 1e-12, 0.01, false],
    [0, 0, 0, true],
  ])("%d and %d within %d: %s", (original, repeated, tolerance, expected) => expect(within(original, repeated, tolerance)).toBe(expected));

  it("is the same in both directions", () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, number, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, tolerance) => within(a, b, tolerance) === within(b, a, tolerance)),
    );
  });

  it("names a metric that the repeated run did not report, and leaves out those of the machine", () => {
    expect(compareRepeated({ auc: 0.7, "fit.seconds": 3, "system/cpu": 1, lifetime: 2 }, { lifetime: 2 }, 0)).toEqual([
      { key: "auc", original: 0.7, repeated: null, within: false },
      { key: "lifetime", original: 2, repeated: 2, within: true },
    ]);
  });
});
