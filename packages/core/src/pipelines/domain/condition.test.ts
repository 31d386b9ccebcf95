import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConditionFacts, fieldOf, judgeCondition } from "./condition.ts";
import { COMPARISONS, type Condition } from "./pipeline-spec.ts";

const facts: ConditionFacts = {
  metric: (name) => ({ auc: 0.61 })[name],
  parameter: (name) => ({ deploy: true, mode: "full" })[name],
  output: (path, field) => (path === "work/report.json" ? fieldOf({ drift: { share: 0.3, columns: ["a"] } }, field) : undefined),
};
const leaf = fc.record({
  kind: fc.constant("metric" as const),
  name: fc.constantFrom("auc", "missing"),
  operator: fc.constantFrom(...COMPARISONS),
  value: fc.oneof(fc.double({ noNaN: true }), fc.constant(0.61), fc.string()),
});

describe("judgeCondition", () => {
  it.each<[Condition, boolean, string]>([
    [{ kind: "metric", name: "auc", operator: "at_least", value: 0.7 }, false, "metric auc is 0.61, not at least 0.7"],
    [{ kind: "metric", name: "auc", operator: "below", value: 0.7 }, true, "metric auc is 0.61"],
    [{ kind: "metric", name: "f1", operator: "not_equals", value: 0.7 }, false, "there is no metric f1"],
    [{ kind: "parameter", name: "deploy", operator: "equals", value: true }, true, "deploy is true"],
    [{ kind: "parameter", name: "mode", operator: "not_equals", value: "full" }, false, "mode is full, not other than full"],
    [{ kind: "parameter", name: "mode", operator: "above", value: 1 }, false, "mode is full, not above 1"],
    [
      { kind: "output", path: "work/report.json", field: "drift.share", operator: "above", value: 0.5 },
      false,
      "drift.share of work/report.json is 0.3, not above 0.5",
    ],
    [
      { kind: "output", path: "work/report.json", field: "drift.columns", operator: "equals", value: "a" },
      false,
      "drift.columns of work/report.json is not a plain value, not a",
    ],
    [{ kind: "output", path: "work/report.json", field: "drift.columns.0", operator: "equals", value: "a" }, true, "drift.columns.0 of work/report.json is a"],
  ])("judges %j", (condition, holds, why) => expect(judgeCondition(condition, facts)).toEqual({ holds, why }));

  it("follows the rules of logic", () => {
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 1, maxLength: 4 }), (of) => {
        const each = of.map((one) => judgeCondition(one, facts).holds);
        expect(judgeCondition({ kind: "all", of }, facts).holds).toBe(each.every(Boolean));
        expect(judgeCondition({ kind: "any", of }, facts).holds).toBe(each.some(Boolean));
        expect(judgeCondition({ kind: "not", of: { kind: "any", of } }, facts).holds).toBe(!each.some(Boolean));
      }),
    );
  });
});

describe("fieldOf", () => {
  it("finds nothing that a document does not have itself", () => {
    for (const field of ["constructor", "__proto__.x", "a.length", "a.b.c", ""]) expect(fieldOf({ a: "text" }, field)).toBeUndefined();
  });
});
