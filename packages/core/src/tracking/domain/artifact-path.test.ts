import { posix } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { artifactFolder, artifactPath, foldersOf } from "./artifact-path.ts";

const refusal = { code: "INVALID", message: "Invalid path" };

describe("artifactPath", () => {
  it.each([
    ["model/MLmodel", "model/MLmodel"],
    ["a/./b//c/", "a/b/c"],
    ["100%.txt", "100%.txt"],
    ["a%20b", "a%20b"],
    ["...", "..."],
    ["a..b/..c", "a..b/..c"],
    ["Ünï/日本.png", "Ünï/日本.png"],
    [".git/config", ".git/config"],
    ["a?b=c&d", "a?b=c&d"],
  ])("takes %s", (path, stored) => {
    expect(artifactPath(path)).toBe(stored);
  });

  it.each([
    "..",
    "../x",
    "a/../b",
    "a/..",
    "/etc/passwd",
    "//host/share",
    "C:/windows",
    "c:x",
    "file:///etc/passwd",
    "a\\..\\b",
    "a#b",
    "%2e%2e/x",
    "a/%2E%2E/b",
    "%252e%252e%252fx",
    "%25252e%25252e/x",
    "%2fetc/passwd",
    "%5c%5chost",
    "a%23b",
    "a%00b",
    "a\0b",
    "a\nb",
    "\ud800",
    "%".padEnd(60, "25") + "2e",
    "",
    ".",
  ])("refuses %j", (path) => {
    let thrown: unknown;
    try {
      artifactPath(path);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject(refusal);
  });

  it("refuses what is too long, and says so", () => {
    expect(() => artifactPath("a".repeat(501))).toThrow("longer than 500 characters");
  });

  it("never lets a path out of its root, however it is encoded, and is at rest after one turn", () => {
    const part = fc.constantFrom("..", ".", "", "a", "%2e", "%2e%2e", "%252e", "%2f", "b.txt", "#", "\\", "%", "%%32%65");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.nat(3), (parts, encodings) => {
        let path = parts.join("/");
        for (let turn = 0; turn < encodings; turn += 1) path = encodeURIComponent(path).replaceAll("%2F", "/");
        let stored: string;
        try {
          stored = artifactFolder(path);
        } catch {
          return;
        }
        expect(artifactFolder(stored)).toBe(stored);
        for (let decoded = stored, turn = 0; turn < 5; turn += 1) {
          expect(posix.join("/root", decoded).startsWith("/root")).toBe(true);
          decoded = decoded.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("foldersOf", () => {
  it("names every folder above a file", () => {
    expect(foldersOf("a/b/c")).toEqual(["a", "a/b"]);
    expect(foldersOf("a")).toEqual([]);
  });
});
