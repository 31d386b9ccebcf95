import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAnsi, stripAnsi } from "./ansi.ts";
import { advanceCounts, levelOf, noCounts, searchLog, splitMatches, stepMatch } from "./log-model.ts";

test("colours and weight are kept, other escapes are dropped", () => {
  const pieces = parseAnsi("\u001b[1;31mfailed\u001b[0m at \u001b[38;5;34mrow\u001b[39m 7\u001b[2K\u001b]0;title\u0007");
  expect(pieces).toMatchObject([
    { text: "failed", color: "red", bold: true },
    { text: " at ", color: null, bold: false },
    { text: "row", color: "green" },
    { text: " 7", color: null },
  ]);
});

test("a progress bar that rewrites its line shows its last state", () => {
  expect(stripAnsi("10 %\r50 %\r100 %\r")).toBe("100 %");
});

test("pieces joined are the plain line, and no escape survives", () => {
  const part = fc.oneof(fc.string(), fc.constantFrom("\u001b[31m", "\u001b[0m", "\u001b[", "\u001b", "\u001b[38;2;1;2;3m", "\r", "\u0007"));
  fc.assert(
    fc.property(
      fc.array(part).map((parts) => parts.join("")),
      (line) => {
        expect(
          parseAnsi(line)
            .map((piece) => piece.text)
            .join(""),
        ).toBe(stripAnsi(line));
        expect(parseAnsi(line.replaceAll("\u001b", "")).every((piece) => piece.color === null)).toBe(true);
      },
    ),
  );
});

test("search ignores case and escapes", () => {
  const lines = ["INFO start", { text: "tree \u001b[34m40\u001b[0m/600" }, "WARN Tree is deep"];
  expect(searchLog(lines, "tree 40")).toEqual([1]);
  expect(searchLog(lines, "TREE")).toEqual([1, 2]);
  expect(searchLog(lines, "")).toEqual([]);
});

test("matches go round at both ends", () => {
  expect(stepMatch([3, 9], null, 1)).toBe(0);
  expect(stepMatch([3, 9], 1, 1)).toBe(0);
  expect(stepMatch([3, 9], 0, -1)).toBe(1);
  expect(stepMatch([], null, 1)).toBeNull();
});

test("a text cut at its matches is the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "b", "A") }), fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 2 }), (text, query) => {
      expect(
        splitMatches(text, query)
          .map(([part]) => part)
          .join(""),
      ).toBe(text);
    }),
  );
  expect(splitMatches("a tree, a Tree", "tree").filter(([, match]) => match)).toHaveLength(2);
});

test("levels are what lines call themselves", () => {
  expect(levelOf("2026-01-01 WARNING low memory")).toBe("warn");
  expect(levelOf("ValueError: could not convert")).toBe("error");
  expect(levelOf("Traceback (most recent call last):")).toBe("error");
  expect(levelOf("no information about errors")).toBeNull();
});

test("counts go on from where they were", () => {
  const first = advanceCounts(noCounts, ["ERROR a", "WARN b"]);
  expect(advanceCounts(first, ["ERROR a", "WARN b", "ERROR c"])).toMatchObject({ errors: 2, warnings: 1 });
  expect(advanceCounts(first, ["other"])).toMatchObject({ errors: 0, warnings: 0 });
});
