import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSlug, splitSlugPair } from "./slug.ts";

describe("isSlug", () => {
  it.each(["a", "a1", "flight-delays", "0", "a--b", "x".repeat(64)])("accepts %s", (value) => expect(isSlug(value)).toBe(true));
  it.each(["", "-a", "a-", "A", "a_b", "a.b", "..", "a/b", "a\n", "é", "x".repeat(65)])("refuses %j", (value) => expect(isSlug(value)).toBe(false));
});

describe("splitSlugPair", () => {
  it("splits a repository name", () => {
    expect(splitSlugPair("projects/flight-delays")).toEqual({ group: "projects", name: "flight-delays" });
  });

  it.each(["", "projects", "/a", "a/", "a/b/c", "../a", "a/..", "a/b.git", "a/b\n", "a\\b"])("refuses %j", (value) => {
    expect(splitSlugPair(value)).toBeNull();
  });

  it("gives back only what it was given, in characters that no file system or command treats specially", () => {
    const text = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.array(fc.constantFrom("a", "-", "/", ".", "..", "~", "\0", "Z"), { maxLength: 8 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (value) => {
        const pair = splitSlugPair(value);
        if (pair) expect(`${pair.group}/${pair.name}`).toBe(value);
        if (pair) expect(value).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
      }),
      { numRuns: 2000 },
    );
  });
});
