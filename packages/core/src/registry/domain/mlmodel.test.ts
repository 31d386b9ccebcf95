import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { parseMlModel } from "./mlmodel.ts";

const file = (inputs: unknown, outputs: unknown, more: object = {}): string =>
  stringify({
    flavors: { python_function: { loader_module: "mlflow.sklearn" }, sklearn: { sklearn_version: "1.9.1" } },
    signature: { inputs: JSON.stringify(inputs), outputs: JSON.stringify(outputs), params: null },
    ...more,
  });

describe("parseMlModel", () => {
  it("reads columns, the library and how it loads", () => {
    const text = file(
      [
        { type: "double", name: "a", required: true },
        { type: "long", name: "b", required: false },
        { type: "datetime", name: "c" },
      ],
      [{ type: "tensor", "tensor-spec": { dtype: "int64", shape: [-1] } }],
    );
    expect(parseMlModel(text)).toEqual({
      flavors: ["python_function", "sklearn"],
      framework: "scikit-learn",
      isPyfunc: true,
      signature: {
        inputs: [
          { name: "a", type: "double", required: true },
          { name: "b", type: "integer", required: false },
          { name: "c", type: "datetime", required: true },
        ],
        outputs: [{ name: "prediction", type: "integer" }],
      },
    });
  });

  it("leaves out what is no column", () => {
    const text = file(
      [
        { type: "tensor", "tensor-spec": { dtype: "float64", shape: [-1, 4] } },
        { type: "array", items: { type: "double" }, name: "embedding" },
        { type: "string" },
        { type: "string", name: "kept" },
      ],
      [{ type: "tensor", "tensor-spec": { dtype: "float64", shape: [-1, 2] } }],
    );
    expect(parseMlModel(text)?.signature).toEqual({ inputs: [{ name: "kept", type: "string", required: true }], outputs: [] });
  });

  it.each([
    ["a model without a signature", "flavors: { sklearn: {} }", { isPyfunc: false, framework: "scikit-learn", signature: { inputs: [], outputs: [] } }],
    ["a signature of another shape", "flavors: { x: {} }\nsignature: 3", { framework: "x", signature: { inputs: [], outputs: [] } }],
    ["broken JSON in a signature", "flavors: { x: {} }\nsignature: { inputs: '[{' }", { signature: { inputs: [], outputs: [] } }],
  ])("takes %s", (_, text, expected) => {
    expect(parseMlModel(text)).toMatchObject(expected);
  });

  it.each(["", "[]", "a: b", "flavors: 3", "{", "flavors: { a\u0000: 1 }"])("says that %j is none", (text) => {
    expect(parseMlModel(text)).toBeNull();
  });

  it("is not blown up by aliases", () => {
    const lines = ["a0: &a0 [x, x]", ...Array.from({ length: 40 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`), "flavors: *a40"];
    expect(parseMlModel(lines.join("\n"))).toBeNull();
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => parseMlModel(text) === null || true));
    fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (inputs, outputs) => parseMlModel(file(inputs, outputs)) !== undefined));
  });
});
