import fc from "fast-check";
import { expect, test } from "vitest";
import { diffRows, diffStats, foldRows } from "./diff-model.ts";

const side = (rows: ReturnType<typeof diffRows>, which: "left" | "right") =>
  rows.flatMap((row) => (row[which] ? [row[which].parts.map((part) => part.text).join("")] : []));

test("a changed word is marked, the rest of its line is not", () => {
  const [row] = diffRows("version: 6\n", "version: 7\n");
  expect(row?.left?.parts).toEqual([
    { text: "version: ", changed: false },
    { text: "6", changed: true },
  ]);
  expect(row?.right?.parts).toEqual([
    { text: "version: ", changed: false },
    { text: "7", changed: true },
  ]);
});

test("lines that have nothing in common are not marked word by word", () => {
  const [row] = diffRows("alpha beta\n", "gamma delta epsilon\n");
  expect(row?.left?.parts.every((part) => !part.changed)).toBe(true);
});

test("both sides joined are both texts, numbered from one", () => {
  const text = fc.array(fc.constantFrom("a", "b", "model: 1", "", "  x"), { maxLength: 12 }).map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const rows = diffRows(before, after);
      expect(side(rows, "left")).toEqual(before === "" ? [] : before.replace(/\n$/, "").split("\n"));
      expect(side(rows, "right")).toEqual(after === "" ? [] : after.replace(/\n$/, "").split("\n"));
      for (const which of ["left", "right"] as const)
        expect(rows.flatMap((row) => row[which]?.number ?? [])).toEqual(side(rows, which).map((_, index) => index + 1));
    }),
  );
});

test("far equal lines fold, near ones and all changes stay", () => {
  const before = Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n");
  const blocks = foldRows(diffRows(before, before.replace("line 15", "line fifteen")), 3);
  expect(blocks.map((block) => [block.folded, block.rows.length])).toEqual([
    [true, 12],
    [false, 7],
    [true, 11],
  ]);
  expect(blocks.flatMap((block) => block.rows)).toHaveLength(30);
  expect(diffStats(before, before.replace("line 15", "line fifteen"))).toEqual({ added: 1, removed: 1 });
});
