import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { likePattern } from "./like-pattern.ts";

describe("likePattern", () => {
  it.each([
    ["a%b_", "a%b_"],
    [String.raw`100\%`, String.raw`100\%`],
    [String.raw`a\_b`, String.raw`a\_b`],
    [String.raw`C:\data%`, String.raw`C:\\data%`],
    [String.raw`a\\b`, String.raw`a\\b`],
    ["end\\", "end\\\\"],
    [String.raw`\\\%`, String.raw`\\\%`],
  ])("of %s is %s", (written, expected) => {
    expect(likePattern(written)).toBe(expected);
  });

  it("never ends within an escape, and changes nothing when it is applied again", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("\\", "%", "_", "a") }), (written) => {
        const pattern = likePattern(written);
        expect(pattern).toMatch(/^(?:[^\\]|\\[\\%_])*$/);
        expect(likePattern(pattern)).toBe(pattern);
      }),
    );
  });
});
