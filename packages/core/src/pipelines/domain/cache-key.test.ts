import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cacheDifferences, cacheKey, type CacheParts, differencesInWords } from "./cache-key.ts";

const parts: fc.Arbitrary<CacheParts> = fc.dictionary(fc.string(), fc.string());

describe("cacheKey", () => {
  it("is equal exactly when nothing differs, whatever the order", () => {
    fc.assert(
      fc.property(parts, parts, (before, now) => {
        const shuffled = Object.fromEntries(Object.entries(before).toReversed());
        expect(cacheKey("p", "s", shuffled)).toBe(cacheKey("p", "s", before));
        expect(cacheKey("p", "s", before) === cacheKey("p", "s", now)).toBe(cacheDifferences(before, now).length === 0);
      }),
    );
  });

  it("belongs to one project and one step", () => {
    expect(new Set([cacheKey("p", "s", {}), cacheKey("q", "s", {}), cacheKey("p", "t", {})]).size).toBe(3);
  });
});

describe("differencesInWords", () => {
  it("names values of parameters and only the names of what has digests", () => {
    const before = { code: "a", "parameter depth": "6", "parameter gone": "1" };
    const now = { code: "b", "parameter depth": "8", "variable X": "1", "input data": "d" };
    expect(differencesInWords(cacheDifferences(before, now))).toBe("code has changed; input data is new; depth is 8 and was 6; 2 more");
    expect(differencesInWords([])).toBe("");
  });
});
