import fc from "fast-check";
import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { filePathFault, findPathCollision } from "./file-path.ts";

const hostilePart = fc.constantFrom("..", ".", "", ".git", ".GIT", "a", "b.txt", "C:", "\0", "\\", "~", " ", "git~1", ".g\u200cit");

describe("filePathFault", () => {
  it.each(["a", "src/flight_delays/train.py", ".gitignore", ".github/workflows/ci.yml", "a..b/c", "Ünïcode/ß", "x.git"])("accepts %s", (path) => {
    expect(filePathFault(path)).toBeNull();
  });

  it.each([
    ["", "is empty"],
    ["/etc/passwd", "is absolute"],
    ["C:/windows", "is absolute"],
    ["a/../b", 'has a part ".."'],
    ["..", 'has a part ".."'],
    ["./a", 'has a part "."'],
    ["a//b", "has an empty part"],
    ["a/", "has an empty part"],
    ["a\\b", "contains a backslash"],
    ["a\0b", "contains a control character"],
    ["a\nb", "contains a control character"],
    [".git/config", "reaches into .git"],
    ["sub/.GIT/hooks/x", "reaches into .git"],
    [".git./x", "reaches into .git"],
    [".g\u200cit/config", "reaches into .git"],
    ["git~1/config", "reaches into .git"],
    ["a".repeat(201), "is longer than 200 characters"],
  ])("refuses %j", (path, fault) => {
    expect(filePathFault(path)).toBe(fault);
  });

  it("never accepts a path that resolves outside its folder or into .git", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(hostilePart, fc.string({ maxLength: 6 })), { maxLength: 6 }), (parts) => {
        const path = parts.join("/");
        if (filePathFault(path) !== null) return;
        const resolved = posix.resolve("/folder", path);
        expect(resolved.startsWith("/folder/")).toBe(true);
        expect(posix.relative("/folder", resolved)).toBe(path);
        expect(resolved.toLowerCase().split("/")).not.toContain(".git");
      }),
      { numRuns: 2000 },
    );
  });
});

describe("findPathCollision", () => {
  it.each<[string[], [string, string]]>([
    [
      ["README.md", "readme.MD"],
      ["README.md", "readme.MD"],
    ],
    [
      ["a", "a/b"],
      ["a", "a/b"],
    ],
    [
      ["a/b", "A"],
      ["a/b", "A"],
    ],
    [
      ["src/x", "Src/y"],
      ["src/x", "Src/y"],
    ],
    [
      ["same", "same"],
      ["same", "same"],
    ],
    [
      ["e\u0301", "\u00e9"],
      ["e\u0301", "\u00e9"],
    ],
  ])("finds it in %j", (paths, pair) => {
    expect(findPathCollision(paths)).toEqual(pair);
  });

  it("accepts paths that differ in more than case", () => {
    expect(findPathCollision(["a/b", "a/c", "ab", "a.b", "b/a"])).toBeNull();
  });

  it("is null exactly when all paths fit into one folder tree that ignores case", () => {
    const part = fc.constantFrom("a", "A", "b", "B", "c");
    const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(fc.array(path, { maxLength: 6 }), (paths) => {
        const clash = paths.some((one, i) =>
          paths.some((two, j) => {
            if (i >= j) return false;
            const [left, right] = [one.split("/"), two.split("/")];
            const shared = left.findIndex((name, at) => name.toLowerCase() !== right[at]?.toLowerCase());
            const depth = shared === -1 ? left.length : shared;
            if (depth === left.length || depth === right.length) return true;
            return left.slice(0, depth).some((name, at) => name !== right[at]);
          }),
        );
        expect(findPathCollision(paths) !== null).toBe(clash);
      }),
      { numRuns: 1000 },
    );
  });
});
