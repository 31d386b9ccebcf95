import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNotebook } from "./notebook.ts";

const code = (outputs: unknown[]) => ({ cell_type: "code", source: ["a = 1\n", "a"], execution_count: 3, outputs });

describe("parseNotebook", () => {
  it("reads cells with what they gave back, and shows no HTML", () => {
    const cells = [
      { cell_type: "markdown", source: "# Title" },
      code([
        { output_type: "stream", name: "stdout", text: ["one\n", "two"] },
        { output_type: "execute_result", data: { "text/html": "<b>1</b>", "text/plain": ["1"] } },
        { output_type: "display_data", data: { "image/png": "aGVs\nbG8=\n", "text/plain": "<Figure>" } },
        { output_type: "display_data", data: { "text/html": "<script>alert(1)</script>" } },
        { output_type: "error", ename: "ValueError", evalue: "no", traceback: ["\u001b[0;31mValueError\u001b[0m", "no"] },
      ]),
    ];
    expect(parseNotebook(JSON.stringify({ cells, metadata: { language_info: { name: "python" } }, nbformat: 4 }))).toEqual({
      language: "python",
      truncated: false,
      cells: [
        { type: "markdown", source: "# Title", executionCount: null, outputs: [] },
        {
          type: "code",
          source: "a = 1\na",
          executionCount: 3,
          outputs: [
            { kind: "text", text: "one\ntwo" },
            { kind: "text", text: "1" },
            { kind: "image", mediaType: "image/png", base64: "aGVsbG8=" },
            { kind: "omitted", reason: "Output of the type text/html" },
            { kind: "error", text: "ValueError\nno" },
          ],
        },
      ],
    });
  });

  it("is bounded", () => {
    const long = { output_type: "stream", text: "x".repeat(30_000) };
    const cells = [code(Array.from({ length: 30 }, () => long)), ...Array.from({ length: 399 }, () => code([]))];
    const notebook = parseNotebook(JSON.stringify({ cells }));
    expect([notebook?.cells.length, notebook?.truncated, notebook?.cells[0]?.outputs.length]).toEqual([300, true, 21]);
    expect(notebook?.cells[0]?.outputs[0]).toMatchObject({ text: expect.stringMatching(/^x{20000}…$/) as string });
  });

  it.each(["", "{}", "[]", '{"cells": 1}', "not json"])("is null for %j", (text) => {
    expect(parseNotebook(text)).toBeNull();
  });

  it("never fails, whatever JSON it is given", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (cells) => {
        expect(parseNotebook(JSON.stringify({ cells }))).not.toBeNull();
      }),
    );
  });
});
