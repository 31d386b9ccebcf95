import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkAnswers, checkProjectValues, defaultAnswers, fillIn } from "./answers.ts";
import { parseTemplateManifest } from "./parse-template-manifest.ts";

const MANIFEST = parseTemplateManifest(`
apiVersion: trellis/v1
kind: Template
name: tabular-model
version: 1.0.0
title: Tabular model
parameters:
  - { name: slug, title: Name, type: string, pattern: "[a-z-]+", reserved: [numpy] }
  - { name: description, title: Description, type: string, default: "About {{ values.slug }}" }
  - { name: model_name, title: Model name, type: string, default: "{{ values.slug }}-model", pattern: "[a-z][a-z0-9-]*", message: Use lower case letters. , max_length: 30 }
  - { name: label, title: Label, type: string, default: "{{ values.model_name }} of {{ values.title }} {{ values.unknown }}" }
  - { name: depth, title: Depth, type: integer, default: 6, min: 1, max: 32 }
  - { name: share, title: Share, type: number, default: 0.2, min: 0, max: 1 }
  - { name: window, title: Window, type: choice, default: 7d, choices: [{ value: 1d, title: A day }, 7d] }
  - { name: retrain, title: Retrain, type: boolean, default: true }
  - { name: target, title: Target, type: string }
  - { name: note, title: Note, type: string, required: false }
`);
const PROJECT = { slug: "flight-delays", title: "Flight delays", description: "" };
const check = (answers: Record<string, unknown>) => checkAnswers(MANIFEST, { target: "late", ...answers }, PROJECT);
const issuesOf = (answers: Record<string, unknown>) => Object.fromEntries(check(answers).issues.map(({ path, message }) => [path, message]));

describe("defaults", () => {
  it("are filled in from the project and from earlier parameters, and unknown names stay as they are", () => {
    expect(defaultAnswers(MANIFEST, PROJECT)).toEqual({
      model_name: "flight-delays-model",
      label: "flight-delays-model of Flight delays {{ values.unknown }}",
      depth: 6,
      share: 0.2,
      window: "7d",
      retrain: true,
    });
  });

  it("stand in for what is not answered", () => {
    expect(check({})).toEqual({
      issues: [],
      values: {
        model_name: "flight-delays-model",
        label: "flight-delays-model of Flight delays {{ values.unknown }}",
        depth: 6,
        share: 0.2,
        window: "7d",
        retrain: true,
        target: "late",
        note: "",
      },
    });
  });

  it("are never read as a template when they come from a person", () => {
    expect(
      checkAnswers(MANIFEST, { target: "{{ values.title }}", model_name: "abc" }, { ...PROJECT, title: "{{ values.description }}", description: "secret" })
        .values,
    ).toMatchObject({
      target: "{{ values.title }}",
      label: "abc of {{ values.description }} {{ values.unknown }}",
    });
  });
});

describe("answers", () => {
  it("may come as text", () => {
    expect(check({ depth: "8", share: "0.5", retrain: "no", window: "1d" }).values).toMatchObject({ depth: 8, share: 0.5, retrain: false, window: "1d" });
  });

  it.each([
    ["depth", 0, "Enter at least 1."],
    ["depth", 33, "Enter at most 32."],
    ["depth", 2.5, "Enter a whole number."],
    ["depth", "many", "Enter a number."],
    ["share", Number.NaN, "Enter a number."],
    ["window", "2d", "Choose one of 1d, 7d."],
    ["retrain", "perhaps", "Answer yes or no."],
    ["model_name", "Flight", "Use lower case letters."],
    ["model_name", "a".repeat(31), "Enter at most 30 characters."],
    ["target", "", "Enter target."],
    ["target", "two\nlines", "Enter one line of text."],
    ["target", { a: 1 }, "Enter text."],
    ["nonsense", 1, "The template tabular-model has no parameter nonsense."],
    ["__proto__x", 1, "The template tabular-model has no parameter __proto__x."],
  ])("that are wrong name their parameter: %s = %j", (name, value, message) => {
    expect(issuesOf({ [name]: value })).toEqual({ [name]: message });
  });

  it("are right when checked again: what comes out goes in", () => {
    fc.assert(
      fc.property(
        fc.record({
          depth: fc.integer({ min: 1, max: 32 }),
          share: fc.double({ min: 0, max: 1, noNaN: true }),
          retrain: fc.boolean(),
          window: fc.constantFrom("1d", "7d"),
          target: fc.string({ maxLength: 60 }),
        }),
        (answers) => {
          const once = check(answers);
          fc.pre(once.issues.length === 0);
          expect(check(once.values)).toEqual(once);
        },
      ),
    );
  });

  it("never throw, whatever is given", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("depth", "share", "window", "retrain", "target", "model_name", "constructor", "toString"), fc.anything()),
        (answers) => {
          expect(Array.isArray(check(answers).issues)).toBe(true);
        },
      ),
    );
  });
});

describe("the project's own values", () => {
  it("are checked by what the template asks of them", () => {
    expect(checkProjectValues(MANIFEST, { slug: "numpy", title: "", description: "" }).issues.map(({ path }) => path)).toEqual(["slug"]);
    expect(checkProjectValues(MANIFEST, { slug: "Flights", title: "", description: "" }).issues.map(({ path }) => path)).toEqual(["slug"]);
    expect(checkProjectValues(MANIFEST, { slug: "", title: "", description: "" }).issues).toEqual([{ path: "slug", message: "Enter name." }]);
  });

  it("take the template's default when they are empty", () => {
    expect(checkProjectValues(MANIFEST, { slug: "flights", title: "Flights", description: "" })).toEqual({
      project: { slug: "flights", title: "Flights", description: "About flights" },
      issues: [],
    });
  });
});

it("a text is filled in once", () => {
  expect(fillIn("{{ values.a }} {{values.b}} {{ a }} {{ values.c }}", { a: "{{ values.b }}", b: 2 })).toBe("{{ values.b }} 2 {{ a }} {{ values.c }}");
});
