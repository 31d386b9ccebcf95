import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Signature } from "./feature-value.ts";
import { modelMetadata, parseInferRequest, renderInferResponse } from "./open-inference.ts";

const SIGNATURE: Signature = {
  inputs: [
    { name: "distance", type: "double" },
    { name: "hour", type: "integer" },
    { name: "origin", type: "string" },
    { name: "holiday", type: "boolean", required: false },
  ],
  outputs: [
    { name: "probability", type: "double" },
    { name: "late", type: "boolean" },
  ],
};
const NOW = new Date("2026-01-02T03:04:05Z");

const distance = { name: "distance", datatype: "FP64", shape: [2], data: [100, 250.5] };
const hour = { name: "hour", datatype: "INT64", shape: [2], data: [7, 23] };
const origin = { name: "origin", datatype: "BYTES", shape: [2, 1], data: ["ORD", "EWR"] };

function parse(body: unknown, eventTimeHeader?: string) {
  return parseInferRequest(body, SIGNATURE, { now: NOW, eventTimeHeader });
}
function fault(body: unknown): string {
  try {
    parse(body);
  } catch (error) {
    expect(error).toMatchObject({ code: "INVALID" });
    return error instanceof Error ? error.message : "";
  }
  throw new Error("It was accepted.");
}

describe("parseInferRequest", () => {
  it("turns one tensor a feature into rows, with null for what is optional and not there", () => {
    expect(parse({ id: "r-1", inputs: [distance, hour, origin] })).toEqual({
      id: "r-1",
      rows: [
        { distance: 100, hour: 7, origin: "ORD", holiday: null },
        { distance: 250.5, hour: 23, origin: "EWR", holiday: null },
      ],
      eventTimes: [NOW, NOW],
      outputs: null,
    });
  });

  it("takes nested data of shape [n, 1] and integers for a double", () => {
    const nested = { ...distance, datatype: "INT32", shape: [2, 1], data: [[100], [250]] };
    expect(parse({ inputs: [nested, hour, origin] }).rows.map((row) => row.distance)).toEqual([100, 250]);
  });

  it.each([
    ["no body", null, 'The body must be an object with "inputs", got nothing (null).'],
    ["no inputs", {}, '"inputs" must be a list of tensors, one a feature, got nothing (null).'],
    ["no rows", { inputs: [] }, "The request has no rows."],
    ["a missing feature", { inputs: [distance, hour] }, 'The required feature "origin" (string) is missing.'],
    [
      "an unknown feature",
      { inputs: [distance, hour, origin, { name: "color", datatype: "BYTES", shape: [2], data: ["a", "b"] }] },
      /^Unknown feature "color"\. This model takes: distance \(double\), hour \(integer\), origin \(string\), holiday \(boolean, optional\)\.$/,
    ],
    ["a feature twice", { inputs: [distance, distance, hour, origin] }, 'Feature "distance" is given twice.'],
    [
      "a wrong datatype",
      { inputs: [{ ...distance, datatype: "BYTES" }, hour, origin] },
      /^Feature "distance": expected double, sent as FP16, .*; got the datatype BYTES\.$/,
    ],
    [
      "a mistyped value",
      { inputs: [{ ...distance, data: [100, "far"] }, hour, origin] },
      'Feature "distance", row 2 of 2: expected a number, got the text "far" (type double).',
    ],
    [
      "half an hour",
      { inputs: [distance, { ...hour, data: [7.5, 1] }, origin] },
      'Feature "hour", row 1 of 2: expected a whole number, got 7.5 (type integer).',
    ],
    [
      "null where it is required",
      { inputs: [{ ...distance, data: [null, 1] }, hour, origin] },
      'Feature "distance", row 1 of 2: expected double, got nothing (null); this feature is required.',
    ],
    ["lengths that differ", { inputs: [distance, { ...hour, shape: [1], data: [7] }, origin] }, 'Feature "hour" has 1 rows, but "distance" has 2.'],
    ["a shape that lies", { inputs: [{ ...distance, shape: [3] }, hour, origin] }, 'Feature "distance": "shape" says 3 rows, "data" has 2.'],
    [
      "a wide shape",
      { inputs: [{ ...distance, shape: [1, 2] }, hour, origin] },
      'Feature "distance": "shape" must be [n] or [n, 1], n the number of rows, got [1,2].',
    ],
    ["no shape", { inputs: [{ ...distance, shape: undefined }, hour, origin] }, /"shape" must be/],
    ["a number as id", { id: 7, inputs: [] }, '"id" must be a text, got 7.'],
    [
      "an output that is not there",
      { inputs: [distance, hour, origin], outputs: [{ name: "color" }] },
      'Unknown output "color". This model gives: probability, late.',
    ],
    ["several faults", { inputs: [{ ...distance, data: ["a", "b"] }, hour, origin] }, /^Feature "distance", row 1 of 2: .* \(and 1 more\)$/],
  ])("refuses %s", (_, body, message) => expect(fault(body)).toEqual(typeof message === "string" ? message : expect.stringMatching(message)));

  it("takes event times one a row, for all, or from the header", () => {
    const inputs = [distance, hour, origin];
    expect(parse({ inputs, parameters: { event_times: ["2001-02-01", "2001-02-02T10:00:00Z"] } }).eventTimes).toEqual([
      new Date("2001-02-01"),
      new Date("2001-02-02T10:00:00Z"),
    ]);
    expect(parse({ inputs, parameters: { event_time: "2001-02-01" } }, "2002-01-01").eventTimes[1]).toEqual(new Date("2001-02-01"));
    expect(parse({ inputs }, "2002-01-01").eventTimes).toEqual([new Date("2002-01-01"), new Date("2002-01-01")]);
  });

  it.each([
    [{ event_times: ["2001-02-01"] }, "parameters.event_times must be a list of 2 times, one a row, got a list of 1."],
    [{ event_times: ["2001-02-01", "x"] }, /^parameters\.event_times, row 2 of 2: expected an ISO 8601 time/],
    [{ event_time: 5 }, /^parameters\.event_time: expected an ISO 8601 time such as .*, got 5\.$/],
    [{ event_time: "2030-01-01" }, /lies in the future/],
  ])("refuses the event times %j", (parameters, message) =>
    expect(fault({ inputs: [distance, hour, origin], parameters })).toEqual(typeof message === "string" ? message : expect.stringMatching(message)),
  );

  it("never fails otherwise than with INVALID, and what it accepts has every feature in every row", () => {
    const tensor = fc.record(
      {
        name: fc.constantFrom("distance", "hour", "origin", "holiday", "__proto__", "x"),
        datatype: fc.constantFrom("FP64", "INT64", "BYTES", "BOOL", "?"),
        shape: fc.oneof(fc.constant([1]), fc.constant([1, 1]), fc.jsonValue()),
        data: fc.oneof(fc.array(fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null)), { minLength: 1, maxLength: 2 }), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record(
        { inputs: fc.array(tensor, { maxLength: 5 }), parameters: fc.jsonValue(), outputs: fc.jsonValue(), id: fc.jsonValue() },
        { requiredKeys: ["inputs"] },
      ),
    );
    fc.assert(
      fc.property(body, (value) => {
        try {
          for (const row of parse(value).rows) expect(Object.keys(row).toSorted()).toEqual(["distance", "holiday", "hour", "origin"]);
        } catch (error) {
          expect(error).toMatchObject({ code: "INVALID" });
        }
      }),
      { numRuns: 500 },
    );
  });

  it("reads back any rows that fit the signature", () => {
    const row = fc.record({
      distance: fc.double({ noNaN: true, noDefaultInfinity: true }),
      hour: fc.maxSafeInteger(),
      origin: fc.string(),
      holiday: fc.option(fc.boolean()),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.boolean(), (rows, isNested) => {
        const inputs = SIGNATURE.inputs.map(({ name, type }) => {
          const data = rows.map((values) => values[name as keyof typeof values]);
          const datatype = { double: "FP64", integer: "INT64", string: "BYTES", boolean: "BOOL", datetime: "BYTES" }[type];
          return { name, datatype, shape: isNested ? [rows.length, 1] : [rows.length], data: isNested ? data.map((value) => [value]) : data };
        });
        expect(parse({ inputs }).rows).toEqual(rows);
      }),
    );
  });
});

describe("renderInferResponse", () => {
  const predictions = [
    { probability: 0.25, late: false },
    { probability: 0.75, late: true },
  ];

  it("answers one tensor an output and echoes the id", () => {
    expect(renderInferResponse({ id: "r-1", outputs: null }, { name: "flight-delays", version: 3 }, SIGNATURE, predictions)).toEqual({
      model_name: "flight-delays",
      model_version: "3",
      id: "r-1",
      outputs: [
        { name: "probability", datatype: "FP64", shape: [2], data: [0.25, 0.75] },
        { name: "late", datatype: "BOOL", shape: [2], data: [false, true] },
      ],
    });
  });

  it("gives only the outputs that were asked for, and no id when none was sent", () => {
    const response = renderInferResponse({ id: null, outputs: ["late"] }, { name: "m", version: 1 }, SIGNATURE, predictions);
    expect(response.outputs.map((tensor) => tensor.name)).toEqual(["late"]);
    expect(response).not.toHaveProperty("id");
  });

  it("names outputs by the answer when the signature has none", () => {
    expect(renderInferResponse({ id: null, outputs: null }, { name: "m", version: 1 }, { inputs: [], outputs: [] }, [{ y: 1 }]).outputs).toEqual([
      { name: "y", datatype: "FP64", shape: [1], data: [1] },
    ]);
  });
});

it("modelMetadata describes tensors of any number of rows", () => {
  expect(modelMetadata({ name: "m", version: 2, platform: "scikit-learn" }, SIGNATURE)).toMatchObject({
    name: "m",
    versions: ["2"],
    platform: "scikit-learn",
    inputs: [{ name: "distance", datatype: "FP64", shape: [-1] }, {}, {}, {}],
  });
});
