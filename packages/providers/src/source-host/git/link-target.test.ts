import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkTargetFault } from "./link-target.ts";

describe("linkTargetFault", () => {
  it.each([
    ["a", "b"],
    ["a/b", "../c"],
    ["a/b/c", "../../d/e"],
    ["a/b", ".."],
    ["a", "b.git/c"],
  ])("lets %s point to %s", (path, target) => expect(linkTargetFault(path, target)).toBeNull());

  it.each([
    ["a", "..", "points outside the repository"],
    ["a", "../b", "points outside the repository"],
    ["a/b", "../../c", "points outside the repository"],
    ["a", "/etc/passwd", "points to an absolute place"],
    ["a", "C:/x", "points to an absolute place"],
    ["a", "b\\c", "points to an absolute place"],
    ["a", "b/../c", "has a target that is not in its shortest form"],
    ["a/b", ".././c", "has a target that is not in its shortest form"],
    ["a", "b//c", "has a target that is not in its shortest form"],
    ["a", ".git/config", "points into .git"],
    ["a", "", "has no usable target"],
  ])("does not let %s point to %s", (path, target, fault) => expect(linkTargetFault(path, target)).toBe(fault));

  it("keeps any set of links that it lets pass inside the folder, whatever leads through whatever", () => {
    const name = fc.constantFrom("a", "b", "c");
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
    const target = fc.array(fc.oneof(name, fc.constant(".."), fc.constant("outside")), { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(fc.array(fc.tuple(path, target), { maxLength: 8 }), (links) => {
        const base = realpathSync(mkdtempSync(join(tmpdir(), "trellis-links-")));
        try {
          const folder = join(base, "in", "folder");
          mkdirSync(folder, { recursive: true });
          writeFileSync(join(base, "outside"), "");
          writeFileSync(join(base, "in", "outside"), "");
          for (const [at, to] of links) if (linkTargetFault(at, to) === null) tryLink(folder, at, to);
          for (const [at] of links) expect(`${realPathOr(join(folder, at), folder)}/`.startsWith(`${folder}/`)).toBe(true);
        } finally {
          rmSync(base, { recursive: true, force: true });
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** As a checkout does it: parents of a link are real folders, and a place that is taken stays as it is. */
function tryLink(folder: string, path: string, target: string): void {
  try {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (realpathSync(dirname(join(folder, path))) !== dirname(join(folder, path))) return;
    symlinkSync(target, join(folder, path));
  } catch {
    // Something else stands there already.
  }
}

function realPathOr(path: string, otherwise: string): string {
  try {
    return realpathSync(path);
  } catch {
    return otherwise;
  }
}
