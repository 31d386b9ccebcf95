import { resolve, sep } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRefName, repositoryFolder } from "./repository-folder.ts";

const hostile = fc
  .array(fc.oneof(fc.constantFrom("..", ".", "/", "a", "-", "~", "^", ":", "@{", "\\", "\0", "\n", " ", ".lock", ".git", "*"), fc.string({ maxLength: 3 })), {
    maxLength: 7,
  })
  .map((parts) => parts.join(""));

describe("repositoryFolder", () => {
  it("lies two levels below the root, or is INVALID", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        let folder: string;
        try {
          folder = repositoryFolder("/root", name);
        } catch (error) {
          expect(error).toMatchObject({ code: "INVALID" });
          return;
        }
        expect(resolve(folder)).toBe(folder);
        expect(folder.split(sep)).toHaveLength(4);
        expect(folder.startsWith("/root/")).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("isRefName", () => {
  it.each(["main", "trellis/upgrade-1.2", "v1.0", "a.b", "feature/ü"])("accepts %s", (name) => expect(isRefName(name)).toBe(true));

  it.each([
    "",
    "-x",
    "/x",
    "x/",
    "a//b",
    "a..b",
    "a.lock",
    "a.lock/b",
    ".a",
    "a/.b",
    "a.",
    "@",
    "a@{1}",
    "a^",
    "a~1",
    "a:b",
    "a b",
    "a\nb",
    "a\\b",
    "a?",
    "a*",
    "a[",
  ])("refuses %j", (name) => expect(isRefName(name)).toBe(false));

  it("accepts no text that git would read as an expression, an option or a path", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        if (!isRefName(name)) return;
        expect(name).not.toMatch(/^-|\.\.|[~^:?*[\\\s\0]|@\{|^\/|\/$|\/\/|\.lock(\/|$)/);
      }),
      { numRuns: 2000 },
    );
  });
});
