import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutText, requireAtMost, requireInt64, requireKey, requireText, requireUniqueKeys, storableMetricValue } from "./limits.ts";

describe("requireKey", () => {
  it("takes plain relative paths", () => {
    for (const key of ["a", "loss", "val/loss", "a.b", "été", "系统/cpu", "with space", "a:b", "mlflow.runName", "..a", "a-b_c/d.e"]) requireKey(key, "key");
  });

  it("refuses everything else and says which", () => {
    for (const key of ["", "/a", "a/", "a//b", ".", "..", "../a", "a/./b", "a/../b", "./a", "a\nb", "a\0", "a,b", "a\\b", "\ud800"])
      expect(() => requireKey(key, "metrics[0].key"), JSON.stringify(key)).toThrow("for parameter 'metrics[0].key' supplied");
    requireKey("k".repeat(250), "key");
    expect(() => requireKey("k".repeat(251), "key")).toThrow("'key' exceeds the maximum length of 250 characters");
  });
});

describe("lengths", () => {
  it("count code points, not UTF-16 units", () => {
    expect(cutText("😀".repeat(4), 3)).toBe("😀".repeat(3));
    expect(cutText("abc", 3)).toBe("abc");
    requireText("😀".repeat(3), "name", 3);
    expect(() => requireText("abcd", "name", 3)).toThrow("'name' exceeds the maximum length of 3 characters");
    expect(() => requireText("a\0", "name", 3)).toThrow("NUL");
  });

  it("cut to a storable beginning, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 0, max: 20 }), (text, limit) => {
        const cut = cutText(text, limit);
        expect(Array.from(cut).length).toBeLessThanOrEqual(limit);
        expect(cut.includes("\0")).toBe(false);
        expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe("other limits", () => {
  it("refuse duplicates, crowds and numbers beyond 64 bits", () => {
    requireUniqueKeys([{ key: "a", value: "" }], "params");
    expect(() =>
      requireUniqueKeys(
        [
          { key: "a", value: "1" },
          { key: "a", value: "1" },
        ],
        "params",
      ),
    ).toThrow("Duplicate parameter keys");
    requireAtMost(100, 100, "tags");
    expect(() => requireAtMost(101, 100, "tags")).toThrow("at most 100 tags");
    requireInt64(2n ** 63n - 1n, "step");
    requireInt64(-(2n ** 63n), "step");
    expect(() => requireInt64(2n ** 63n, "step")).toThrow("Invalid value 9223372036854775808 for parameter 'step' supplied");
    expect(() => requireInt64(-1n, "timestamp", 0n)).toThrow("Invalid value -1");
  });

  it("leave no infinity in a metric", () => {
    expect([Infinity, -Infinity, Number.NaN, 1, -0].map(storableMetricValue)).toEqual([Number.MAX_VALUE, -Number.MAX_VALUE, Number.NaN, 1, 0]);
  });
});
