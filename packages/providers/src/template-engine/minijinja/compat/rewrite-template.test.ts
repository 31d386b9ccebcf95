import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refersToOthers, rewriteTemplate } from "./rewrite-template.ts";
import { scanTemplate } from "./scan-template.ts";

const source = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "-",
        "'",
        '"',
        "\n",
        " raw ",
        " endraw ",
        "set a, b = c",
        "include 'x'",
        "now 'utc'",
        "(",
        ")",
        "{",
        "}",
        "\\",
      ),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(""));

describe("scanTemplate", () => {
  it("cuts any text into pieces that put together are that text", () => {
    fc.assert(
      fc.property(source, (text) => {
        const tokens = scanTemplate(text);
        expect(tokens.map((token) => text.slice(token.start, token.end)).join("")).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it("minds strings, brackets, raw blocks and trim marks", () => {
    const kinds = (text: string) =>
      scanTemplate(text).map((token) => [token.kind, "body" in token ? token.trimBefore + token.body + token.trimAfter : text.slice(token.start, token.end)]);
    expect(kinds("a{{- '}}' -}}b")).toEqual([
      ["text", "a"],
      ["print", "- '}}' -"],
      ["text", "b"],
    ]);
    expect(kinds("{{ {'a': {}} }}")).toEqual([["print", " {'a': {}} "]]);
    expect(kinds("{% raw %}{{ x }}{%- endraw %}{# {{ #}")).toEqual([
      ["raw", "{% raw %}{{ x }}{%- endraw %}"],
      ["comment", "{# {{ #}"],
    ]);
    expect(kinds("a {{ b")).toEqual([["text", "a {{ b"]]);
  });
});

describe("rewriteTemplate", () => {
  it("keeps every line where it is", () => {
    fc.assert(
      fc.property(source, (text) => {
        expect(rewriteTemplate(text).split("\n").length).toBe(text.split("\n").length);
      }),
      { numRuns: 2000 },
    );
  });

  it("leaves raw blocks, comments and other tags alone", () => {
    const text = "{% raw %}{{ x }}{% endraw %}{# {{ y }} #}{% if a == b %}{% set x = 1 %}{% set a.b = 2 %}";
    expect(rewriteTemplate(text)).toBe(text);
  });

  it("finds templates that refer to others, but not in raw blocks", () => {
    expect(refersToOthers("{%- include 'a' %}")).toBe(true);
    expect(refersToOthers("{% from 'a' import b %}")).toBe(true);
    expect(refersToOthers("{% raw %}{% include 'a' %}{% endraw %}{{ include }}")).toBe(false);
  });
});
