import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasUnstorableText, storableText } from "./storable-text.ts";

describe("storableText", () => {
  it("leaves nothing that cannot be stored, and good text as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom("", "\0", "\ud800", "\udc00"), (text, bad) => {
        expect(hasUnstorableText(storableText(text + bad))).toBe(false);
        if (!hasUnstorableText(text)) expect(storableText(text)).toBe(text);
      }),
    );
  });
});

describe("hasUnstorableText", () => {
  it.each([
    ["plain", false],
    ["a\\u0000", false],
    ["a\0", true],
    [{ a: [1, null, { "\0": 1 }] }, true],
    [{ a: ["\ud83d"] }, true],
    [{ a: ["😀"] }, false],
    [null, false],
  ])("judges %j", (value, unstorable) => expect(hasUnstorableText(value)).toBe(unstorable));
});
