import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCoreError } from "../../kernel/errors.ts";
import { parseModelDescriptor, signatureOf } from "./model-descriptor.ts";

const GOOD = {
  format: 1,
  name: "flight-delays",
  task: "classification",
  framework: "scikit-learn",
  loader: "flight_delays.model:load",
  signature: {
    inputs: [
      { name: "distance", type: "double", description: "miles" },
      { name: "carrier", type: "string", required: false },
    ],
    outputs: [{ name: "probability", type: "double" }],
  },
  features: { numeric: ["distance"], categorical: ["carrier"] },
  label: "late",
  reference: "reference.csv",
  example: { distance: 300, carrier: "UA" },
  extra: { kept: true },
};

describe("parseModelDescriptor", () => {
  it("keeps a good one whole and decides what is required", () => {
    const descriptor = parseModelDescriptor(JSON.stringify(GOOD), { files: ["reference.csv"] });
    expect(descriptor).toEqual(GOOD);
    expect(signatureOf(descriptor).inputs).toEqual([
      { name: "distance", type: "double", required: true, description: "miles" },
      { name: "carrier", type: "string", required: false },
    ]);
  });

  it.each<[string, object, string]>([
    ["no loader", { loader: undefined }, "trellis-model.json: loader: is missing"],
    ["a loader that is a file", { loader: "model.py" }, 'loader: must name a function as "package.module:function"'],
    ["another format", { format: 2 }, "format: must be 1"],
    [
      "an unknown type",
      { signature: { ...GOOD.signature, inputs: [{ name: "a", type: "float" }] }, features: undefined, example: undefined },
      "signature.inputs.0.type: must be double, integer, string, boolean, datetime",
    ],
    [
      "a name twice",
      {
        signature: {
          ...GOOD.signature,
          outputs: [
            { name: "p", type: "double" },
            { name: "p", type: "double" },
          ],
        },
      },
      "signature.outputs.1.name: p is listed twice",
    ],
    ["a feature that is no input", { features: { numeric: ["speed"] } }, "features.numeric.0: speed is not an input of the signature"],
    ["a reference that is not there", { reference: "ref.csv" }, "reference: the file ref.csv is not in the model folder"],
    ["a name that is no slug", { name: "Flight Delays" }, "name: must be lower case letters, digits and hyphens"],
    ["inputs that are no list", { signature: { inputs: {}, outputs: [] } }, "signature.inputs: must be a list"],
  ])("refuses %s, naming file and field", (_, change, message) => {
    expect(() => parseModelDescriptor(JSON.stringify({ ...GOOD, ...change }), { files: ["reference.csv"] })).toThrow(message);
  });

  it("throws only INVALID, whatever it is given", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((signature) => JSON.stringify({ ...GOOD, signature })),
        ),
        (text) => {
          try {
            parseModelDescriptor(text);
          } catch (error) {
            expect(isCoreError(error) && error.code === "INVALID" && error.message.startsWith("trellis-model.json")).toBe(true);
          }
        },
      ),
    );
  });
});
