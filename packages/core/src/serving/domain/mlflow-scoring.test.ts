import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Signature } from "./feature-value.ts";
import { parseScoringCsv, parseScoringRequest } from "./mlflow-scoring.ts";

const SIGNATURE: Signature = {
  inputs: [
    { name: "distance", type: "double" },
    { name: "origin", type: "string" },
    { name: "hour", type: "integer", required: false },
    { name: "holiday", type: "boolean", required: false },
  ],
  outputs: [{ name: "probability", type: "double" }],
};
const NOW = new Date("2026-01-02T03:04:05Z");
const ROWS = [
  { distance: 100, origin: "ORD", hour: 7, holiday: null },
  { distance: 2.5, origin: "EWR", hour: null, holiday: null },
];

const json = (body: unknown) => parseScoringRequest(body, SIGNATURE, { now: NOW });
const csv = (text: string) => parseScoringCsv(text, SIGNATURE, { now: NOW });
function fault(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toMatchObject({ code: "INVALID" });
    return error instanceof Error ? error.message : "";
  }
  throw new Error("It was accepted.");
}

describe("parseScoringRequest", () => {
  it.each([
    [
      "dataframe_split",
      {
        dataframe_split: {
          columns: ["origin", "distance", "hour"],
          data: [
            ["ORD", 100, 7],
            ["EWR", 2.5, null],
          ],
        },
      },
    ],
    [
      "dataframe_split with an index",
      {
        dataframe_split: {
          columns: ["origin", "distance", "hour"],
          index: [5, 6],
          data: [
            ["ORD", 100, 7],
            ["EWR", 2.5, null],
          ],
        },
      },
    ],
    [
      "dataframe_records",
      {
        dataframe_records: [
          { distance: 100, origin: "ORD", hour: 7 },
          { distance: 2.5, origin: "EWR" },
        ],
      },
    ],
    [
      "instances of objects",
      {
        instances: [
          { distance: 100, origin: "ORD", hour: 7 },
          { distance: 2.5, origin: "EWR" },
        ],
      },
    ],
    [
      "instances of lists",
      {
        instances: [
          [100, "ORD", 7, null],
          [2.5, "EWR", null, null],
        ],
      },
    ],
    ["inputs by feature", { inputs: { distance: [100, 2.5], origin: ["ORD", "EWR"], hour: [7, null] } }],
    ["nested inputs by feature", { inputs: { distance: [[100], [2.5]], origin: [["ORD"], ["EWR"]], hour: [[7], [null]] } }],
    [
      "inputs as rows",
      {
        inputs: [
          { distance: 100, origin: "ORD", hour: 7 },
          { distance: 2.5, origin: "EWR" },
        ],
      },
    ],
  ])("reads %s", (_, body) => expect(json(body).rows).toEqual(ROWS));

  it("takes single values as one row", () =>
    expect(json({ inputs: { distance: 1, origin: "A" } }).rows).toEqual([{ distance: 1, origin: "A", hour: null, holiday: null }]));

  it("takes event times from params", () => {
    expect(json({ instances: [{ distance: 1, origin: "A" }], params: { event_times: ["2001-02-03"] } }).eventTimes).toEqual([new Date("2001-02-03")]);
  });

  it.each([
    ["nothing", {}, "The body must have one of dataframe_split, dataframe_records, instances, inputs. It has: nothing."],
    ["something else", { rows: [] }, "The body must have one of dataframe_split, dataframe_records, instances, inputs. It has: rows."],
    ["two forms", { instances: [], inputs: {} }, "The body has instances and inputs; it must have exactly one of them."],
    ["a list", [], /^The body must be an object/],
    ["no rows", { dataframe_records: [] }, "The request has no rows."],
    ["a record that is no object", { dataframe_records: [3] }, "Row 1 of 1: expected an object of feature names and values."],
    [
      "a missing feature",
      { dataframe_records: [{ distance: 1, origin: "A" }, { distance: 1 }] },
      'Feature "origin", row 2 of 2: it is missing; this feature (string) is required.',
    ],
    [
      "an unknown feature",
      { dataframe_records: [{ distance: 1, origin: "A", color: "red" }] },
      /^Row 1 of 1 has the unknown feature "color"\. This model takes: /,
    ],
    [
      "a mistyped value",
      { dataframe_records: [{ distance: "far", origin: "A" }] },
      'Feature "distance", row 1 of 1: expected a number, got the text "far" (type double).',
    ],
    ["a short row", { dataframe_split: { columns: ["distance", "origin"], data: [[1]] } }, "dataframe_split.data, row 1 of 1: it has 1 values for 2 features."],
    ["no columns", { dataframe_split: { data: [] } }, '"dataframe_split.columns" must be a list of feature names.'],
  ])("refuses %s", (_, body, message) => expect(fault(() => json(body))).toEqual(typeof message === "string" ? message : expect.stringMatching(message)));

  it("never fails otherwise than with INVALID", () => {
    const form = fc.constantFrom("dataframe_split", "dataframe_records", "instances", "inputs", "params");
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.dictionary(form, fc.jsonValue()), fc.dictionary(form, fc.array(fc.array(fc.jsonValue({ maxDepth: 1 }))))),
        (body) => {
          try {
            json(body);
          } catch (error) {
            expect(error).toMatchObject({ code: "INVALID" });
          }
        },
      ),
    );
  });
});

describe("parseScoringCsv", () => {
  it("reads cells by the types of the signature, empty ones as null", () => {
    expect(csv('distance,origin,hour,holiday\r\n100,ORD,7,\r\n2.5,"EWR",,\r\n').rows).toEqual(ROWS);
    expect(csv('origin,distance,holiday\n"a ""quoted"", text\nof two lines",1e2,TRUE').rows).toEqual([
      { origin: 'a "quoted", text\nof two lines', distance: 100, hour: null, holiday: true },
    ]);
  });

  it.each([
    ["", "The CSV cannot be read. Line 1: The text is empty; the first line must hold the names of the features."],
    ["distance,origin\n1\n", "The CSV cannot be read. Line 2: It has 1 cells, the header has 2."],
    ['distance,origin\n1,"open', "The CSV cannot be read. Line 2: A quoted cell is not closed."],
    ['distance,origin\n1,"a"b', "The CSV cannot be read. Line 2: There is text after the closing quote of a cell."],
    ["distance,origin\nfar,ORD", 'Feature "distance", row 1 of 1: expected a number, got the text "far" (type double).'],
    ["distance\n1", 'The required feature "origin" (string) is missing.'],
  ])("refuses %j", (text, message) => expect(fault(() => csv(text))).toBe(message));

  it("reads back any texts that are quoted", () => {
    const cell = fc.string({ minLength: 1 }).filter((text) => text.trim() !== "");
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (origins) => {
        const lines = origins.map((origin) => `1,"${origin.replaceAll('"', '""')}"`);
        expect(csv(["distance,origin", ...lines].join("\n")).rows.map((row) => row.origin)).toEqual(origins);
      }),
    );
  });
});
