import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type InferenceRow, parseInferenceLine, renderInferenceLine } from "./inference-line.ts";

const value = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.boolean(),
  fc.constant(null),
);
const moment = fc.date({ noInvalidDate: true });
const name = fc.string().filter((text) => text !== "__proto__");
const row: fc.Arbitrary<InferenceRow> = fc.record({
  id: fc.string(),
  at: moment,
  eventTime: moment,
  versionId: fc.uuid(),
  version: fc.nat(),
  inputs: fc.dictionary(name, value, { noNullPrototype: true }),
  outputs: fc.dictionary(name, value, { noNullPrototype: true }),
  latencyMs: fc.nat(),
});

describe("a line of the inference log", () => {
  it("is one line and reads back as it was", () => {
    fc.assert(
      fc.property(row, (original) => {
        const line = renderInferenceLine(original);
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(parseInferenceLine(line.slice(0, -1))).toEqual(original);
      }),
    );
  });

  it("is refused when any of its end is torn off", () => {
    fc.assert(
      fc.property(row, fc.nat(), (original, cut) => {
        const line = renderInferenceLine(original).slice(0, -1);
        expect(parseInferenceLine(line.slice(0, cut % line.length))).toBeNull();
      }),
    );
  });

  it.each([
    "",
    "null",
    "[]",
    "{}",
    "7",
    '{"id":"a","at":1,"event":1,"vid":"v","v":1,"in":[],"out":{}}',
    '{"id":"a","at":1e99,"event":1,"vid":"v","v":1,"in":{},"out":{}}',
    '{"id":"a","at":1,"event":1,"vid":"v","v":1,"in":{"x":{}},"out":{}}',
  ])("is refused when it is garbage: %s", (line) => expect(parseInferenceLine(line)).toBeNull());
});
