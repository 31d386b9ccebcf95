import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCoreError } from "../../kernel/errors.ts";
import { parseTemplateManifest } from "./parse-template-manifest.ts";
import { checkAnswers, checkProjectValues } from "./answers.ts";
import { treatmentOf } from "./template-manifest.ts";

const HEAD = "apiVersion: trellis/v1\nkind: Template\nname: tabular-model\nversion: 1.0.0\ntitle: Tabular model\n";
const FILE = "tabular-model/template.yaml";

function issuesOf(text: string): string[] {
  try {
    parseTemplateManifest(text, "tabular-model/template.yaml");
    return [];
  } catch (error) {
    if (!isCoreError(error)) throw error;
    return error.issues.map(({ file, line, message }) => `${file}:${line} ${message}`);
  }
}

describe("a manifest", () => {
  it("keeps the order of its parameters, fills in what is left out and sets the project's own values apart", () => {
    const manifest = parseTemplateManifest(
      `${HEAD}parameters:\n  - { name: slug, title: Name, type: string, reserved: [os] }\n  - { name: b, title: B, type: integer, default: 3, required: false }\n  - { name: a, title: A, type: choice, choices: [1, { value: x, title: Ex }] }\n`,
    );
    expect(manifest.parameters.map(({ name, required }) => [name, required])).toEqual([
      ["b", false],
      ["a", true],
    ]);
    expect(manifest.parameters[1]?.choices).toEqual([
      { value: "1", title: "1", description: "" },
      { value: "x", title: "Ex", description: "" },
    ]);
    expect(manifest.project.slug?.reserved).toEqual(["os"]);
    expect(manifest.project.title).toBeNull();
    expect(manifest).toMatchObject({ render: [], copy: [], derived: [], tags: [], firstRun: null });
  });

  it("of the template that comes with the portal is read", () => {
    const text = readFileSync(new URL("../../../../templates/tabular-model/template.yaml", import.meta.url), "utf8");
    const manifest = parseTemplateManifest(text);
    expect(manifest.name).toBe("tabular-model");
    expect(manifest.derived).toEqual([{ name: "package", expression: "{{ values.slug | replace('-', '_') }}" }]);
    expect(checkAnswers(manifest, {}).issues).toEqual([]);
    expect(checkProjectValues(manifest, { slug: "numpy", title: "A {b}", description: "" }).issues.map(({ path }) => path)).toEqual(["slug", "title"]);
    expect(checkProjectValues(manifest, { slug: "flights", title: "", description: "" })).toMatchObject({
      project: { slug: "flights", title: "Flight delays" },
      issues: [],
    });
  });

  it.each([
    [HEAD.replace("title: Tabular model\n", ""), [`${FILE}:1 title: is missing`]],
    [HEAD.replace("trellis/v1", "v2"), [`${FILE}:1 apiVersion: expected one of trellis/v1`]],
    [`${HEAD}colour: red\n`, [`${FILE}:6 colour: is not a key of a template manifest`]],
    [
      `${HEAD}parameters:\n  - name: depth\n    title: Depth\n    type: int\n`,
      [`${FILE}:9 parameters.0.type: expected one of string, integer, number, boolean, choice`],
    ],
    [
      `${HEAD}parameters:\n  - name: depth\n    title: Depth\n    type: integer\n    default: deep\n`,
      [`${FILE}:10 parameters.0.default: expected a whole number`],
    ],
    [
      `${HEAD}parameters:\n  - { name: Depth, title: D, type: string }\n`,
      [`${FILE}:7 parameters.0.name: use lower case letters, digits and _, beginning with a letter`],
    ],
    [`${HEAD}parameters:\n  - { name: year, title: D, type: string }\n`, [`${FILE}:7 parameters.0.name: year is the name of another value`]],
    [`${HEAD}parameters:\n  - { name: slug, title: D, type: integer }\n`, [`${FILE}:7 parameters.0.type: slug is a string`]],
    [`${HEAD}parameters:\n  - { name: x, title: D, type: string, pattern: "[" }\n`, [`${FILE}:7 parameters.0.pattern: is not a regular expression`]],
    [`${HEAD}parameters:\n  - { name: x, title: D, type: choice }\n`, [`${FILE}:7 parameters.0: needs choices`]],
    [
      `${HEAD}parameters:\n  - { name: x, title: D, type: integer, min: 3, max: 1, default: 7 }\n`,
      [`${FILE}:7 parameters.0.min: is above max`, `${FILE}:7 parameters.0.default: is outside min and max`],
    ],
    [`${HEAD}derived:\n  slug: "x"\n`, [`${FILE}:7 derived.slug: is the name of another value`]],
    [`${HEAD}outputs:\n  - { title: Open }\n`, [`${FILE}:7 outputs.0: needs either to or command`]],
    ["- 1\n", [`${FILE}:1 expected a mapping`]],
    ["", [`${FILE}:1 expected a mapping`]],
  ])("that is wrong says where: %j", (text, expected) => {
    expect(issuesOf(text)).toEqual(expected);
  });

  it("that is not YAML says where", () => {
    const [issue] = issuesOf(`${HEAD}tags: [a, b\nowner: x\n`);
    expect(issue).toMatch(/^tabular-model\/template\.yaml:\d+ not valid YAML: /);
  });

  it("that multiplies aliases is refused", () => {
    const bomb = `${HEAD}a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c]\n`;
    expect(issuesOf(bomb)[0]).toContain("not usable YAML");
  });

  it("never makes the parser throw anything but a clear error", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => HEAD + text),
          fc.json().map((text) => `${HEAD}parameters: ${text}`),
        ),
        (text) => {
          expect(Array.isArray(issuesOf(text))).toBe(true);
        },
      ),
    );
  });
});

it.each([
  ["data/**", "data/a.csv", true],
  ["data/**", "data/deep/a.csv", true],
  ["data/**", "src/data/a.csv", false],
  [".github/**", ".github/workflows/ci.yml", true],
  ["**/*.png", "a.png", true],
  ["**/*.png", "docs/img/a.png", true],
  ["*.lock", "uv.lock", true],
  ["*.lock", "sub/uv.lock", false],
  ["a.b", "axb", false],
])("the glob %s matches %s: %s", (glob, path, matches) => {
  expect(treatmentOf({ render: [], copy: [glob] }, path)).toBe(matches ? "copy" : null);
  expect(treatmentOf({ render: [glob], copy: [] }, path)).toBe(matches ? "render" : null);
  expect(treatmentOf({ render: [glob], copy: [glob] }, path)).toBeNull();
});
