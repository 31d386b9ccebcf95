import fc from "fast-check";
import { expect, test } from "vitest";
import { csvText } from "../table/csv.ts";
import { tokenizeLines } from "./code-tokens.ts";
import { buildFileTree, countFiles, visibleRows } from "./file-tree-model.ts";
import { sparkPath } from "./sparkline.tsx";

test("lone folders share a row, folders come first", () => {
  const tree = buildFileTree(["src/flight/train.py", "README.md", "src/flight/data/a.csv", "tests/x.py"].map((path) => ({ path })));
  expect(tree.map((node) => node.name)).toEqual(["src/flight", "tests", "README.md"]);
  expect(visibleRows(tree, new Set(["src/flight"])).map(({ node, depth }) => [node.name, depth])).toEqual([
    ["src/flight", 0],
    ["data", 1],
    ["train.py", 1],
    ["tests", 0],
    ["README.md", 0],
  ]);
});

test("no file gets lost in the tree", () => {
  const path = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 }).map((parts) => `${parts.join("/")}/file`);
  fc.assert(
    fc.property(fc.uniqueArray(path), (paths) => {
      expect(buildFileTree(paths.map((one) => ({ path: one }))).reduce((sum, node) => sum + countFiles(node), 0)).toBe(paths.length);
    }),
  );
});

test("CSV quotes what it must and defuses formulas", () => {
  expect(
    csvText(
      ["a", "b"],
      [
        ['x, "y"', 1.5],
        ['=HYPERLINK("evil")', null],
        ["-1", -1],
      ],
    ),
  ).toBe('a,b\r\n"x, ""y""",1.5\r\n"\'=HYPERLINK(""evil"")",\r\n\'-1,-1\r\n');
});

test("coloured pieces of code joined are the code", () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom("yaml", "json", "bash", "python", "javascript", "toml", "text"), (code, language) => {
      expect(
        tokenizeLines(code, language)
          .map((line) => line.map((token) => token.text).join(""))
          .join("\n"),
      ).toBe(code);
    }),
  );
  expect(tokenizeLines("version: 7 # now", "yaml")[0]?.map((token) => token.kind)).toEqual(["key", "plain", "number", "plain", "comment"]);
});

test("a sparkline breaks at gaps", () => {
  expect(
    sparkPath(
      [1, null, 2, 3],
      (index) => index,
      (value) => value,
    ),
  ).toBe("M0.0 1.0h0.01M2.0 2.0L3.0 3.0");
});
