import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applySuggestion, completeFilter } from "./filter-completion";

const keys = { metrics: ["auc", "val loss"], params: ["depth"], tags: ["team"] };
const labels = (text: string) => completeFilter(text, text.length, keys).options.map((option) => option.label);

describe("completeFilter", () => {
  it("offers fields where a comparison begins", () => {
    expect(labels("")).toEqual(expect.arrayContaining(["metrics.auc", "params.depth", "tags.team", "status"]));
    expect(labels("metrics.auc > 0.5 AND ")).toContain("params.depth");
    expect(labels("metrics.auc > 0.5 AND dep")).toEqual(["params.depth"]);
    expect(labels("AUC")).toEqual(["metrics.auc"]);
  });

  it("offers the operators that the field has", () => {
    expect(labels("metrics.auc ")).toEqual(["=", "!=", "<", "<=", ">", ">="]);
    expect(labels("start_time ")).toContain(">=");
    expect(labels("run_name ")).toEqual(["=", "!=", "LIKE", "ILIKE"]);
    expect(labels("params.depth ")).toContain("IS NOT NULL");
    expect(labels("metrics.`val loss` ")).toContain("<");
  });

  it("offers states as values, and AND behind a value", () => {
    expect(labels("status = ")).toContain("'FINISHED'");
    expect(labels("status = 'FI")).toEqual(["'FINISHED'"]);
    expect(labels("metrics.auc > 0.5 ")).toEqual(["AND"]);
    expect(labels("run_name = 'a AND b' ")).toEqual(["AND"]);
    expect(labels("params.depth IS NOT NULL ")).toEqual(["AND"]);
    expect(labels("run_id IN ('a', 'b') ")).toEqual(["AND"]);
    expect(labels("run_id IN ('a', ")).toEqual([]);
  });

  it("offers nothing where anything may stand", () => {
    expect(labels("params.depth = ")).toEqual([]);
    expect(labels("metrics.auc > 0.")).toEqual([]);
  });
});

describe("applySuggestion", () => {
  it("replaces what is being written and puts odd keys in backticks", () => {
    const text = "metrics.auc > 1 AND val";
    const completion = completeFilter(text, text.length, keys);
    const [option] = completion.options;
    expect(option && applySuggestion(text, completion, option)).toEqual({ text: "metrics.auc > 1 AND metrics.`val loss` ", caret: 39 });
  });

  it("keeps what stands behind the caret", () => {
    const completion = completeFilter("au > 1", 2, keys);
    const [option] = completion.options;
    expect(option && applySuggestion("au > 1", completion, option).text).toBe("metrics.auc > 1");
  });
});

it("never fails and never reaches past the caret, whatever is typed", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.nat(60), (text, at) => {
      const caret = Math.min(at, text.length);
      const { from, to, options } = completeFilter(text, caret, keys);
      expect(from).toBeLessThanOrEqual(to);
      expect(to).toBe(caret);
      expect(options.length).toBeLessThanOrEqual(40);
    }),
  );
});
