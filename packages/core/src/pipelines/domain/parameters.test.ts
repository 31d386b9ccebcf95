import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkParameters } from "./parameters.ts";
import type { ParameterSpec } from "./pipeline-spec.ts";

const spec = (given: Partial<ParameterSpec>): ParameterSpec => ({
  type: "string",
  description: "",
  default: null,
  min: null,
  max: null,
  choices: null,
  ...given,
});

describe("checkParameters", () => {
  const specs = {
    until: spec({ default: "2001-01-31" }),
    max_depth: spec({ type: "integer", default: 6, min: 1, max: 32 }),
    rate: spec({ type: "number", default: 0.1 }),
    fast: spec({ type: "boolean", default: false }),
    kind: spec({ default: "a", choices: ["a", "b"] }),
  };

  it("fills defaults and takes plain text for what it plainly is", () => {
    expect(checkParameters(specs, { max_depth: "8", rate: "1e-3", fast: "true" })).toEqual({
      values: { until: "2001-01-31", max_depth: 8, rate: 0.001, fast: true, kind: "a" },
      issues: [],
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["unknown", { depth: 1 }, "There is no parameter depth. Parameters are until, max_depth, rate, fast, kind."],
    ["fraction", { max_depth: 1.5 }, "max_depth must be a whole number, not 1.5."],
    ["too small", { max_depth: "0" }, "max_depth must be at least 1, not 0."],
    ["not a number", { rate: "fast" }, 'rate must be a number, not "fast".'],
    ["infinite", { rate: Infinity }, "rate must be a number, not null."],
    ["not a truth value", { fast: "yes" }, 'fast must be true or false, not "yes".'],
    ["not a choice", { kind: "c" }, 'kind must be one of a, b, not "c".'],
    ["not text", { until: 2001 }, "until must be text, not 2001."],
    ["inherited", JSON.parse('{"__proto__": 1}') as Record<string, unknown>, "There is no parameter __proto__."],
  ])("refuses %s", (_, given, message) => {
    expect(
      checkParameters(specs, given)
        .issues.map((issue) => issue.message)
        .join(" "),
    ).toContain(message);
  });

  it("asks for what has no default", () => {
    expect(checkParameters({ day: spec({}) }, {}).issues).toEqual([{ path: "day", message: "day has no default; give a value (string)." }]);
  });

  it("accepts its own result again unchanged", () => {
    const given = fc.record({
      max_depth: fc.oneof(fc.integer({ min: 1, max: 32 }), fc.integer({ min: 1, max: 32 }).map(String)),
      rate: fc.double({ noNaN: true, noDefaultInfinity: true }),
      fast: fc.boolean(),
      until: fc.string({ maxLength: 20 }),
    });
    fc.assert(
      fc.property(given, (values) => {
        const once = checkParameters(specs, values);
        expect(once.issues).toEqual([]);
        expect(checkParameters(specs, once.values)).toEqual(once);
      }),
    );
  });
});
