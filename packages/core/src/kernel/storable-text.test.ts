import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasUnstorableText, storableText } from "./storable-text.ts";

describe("storableText", () => {
  it("leaves nothing that cannot be stored, and good text as it is", () => {
    const pieces = fc.array(fc.constantFrom("a", "é", "😀", "\n", "\0", "\ud83d", "\ude00"), { maxLength: 8 });
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join("");
        expect(hasUnstorableText(storableText(text))).toBe(false);
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
