import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMoment, valueFault } from "./feature-value.ts";

describe("parseMoment", () => {
  it.each([
    ["2001-02-03", "2001-02-03T00:00:00.000Z"],
    ["2001-02-03T04:05", "2001-02-03T04:05:00.000Z"],
    ["2001-02-03 04:05:06", "2001-02-03T04:05:06.000Z"],
    ["2001-02-03T04:05:06.789Z", "2001-02-03T04:05:06.789Z"],
    ["2001-02-03T04:05:06+02:00", "2001-02-03T02:05:06.000Z"],
    ["2004-02-29", "2004-02-29T00:00:00.000Z"],
  ])("reads %s", (text, iso) => expect(parseMoment(text)?.toISOString()).toBe(iso));

  it.each(["", "yesterday", "2001-2-3", "2001-02-30", "2001-13-01", "2001-02-00", "2001-02-03T25:00", "03/02/2001", "981173106"])("refuses %j", (text) =>
    expect(parseMoment(text)).toBeNull(),
  );

  it("reads back every moment that a Date writes", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1000-01-01T00:00:00Z"), max: new Date("9999-12-31T00:00:00Z"), noInvalidDate: true }),
        (date) => void expect(parseMoment(date.toISOString())).toEqual(date),
      ),
    );
  });
});

describe("valueFault", () => {
  it.each([
    ["double", 1.5],
    ["double", -3],
    ["integer", 7],
    ["string", ""],
    ["boolean", false],
    ["datetime", "2001-01-01"],
  ] as const)("accepts as %s: %j", (type, value) => expect(valueFault(type, value)).toBeNull());

  it.each([
    ["double", "1.5", 'expected a number, got the text "1.5"'],
    ["double", Number.POSITIVE_INFINITY, "expected a number, got Infinity"],
    ["integer", 1.5, "expected a whole number, got 1.5"],
    ["integer", 2 ** 53, "expected a whole number, got 9007199254740992"],
    ["string", 3, "expected a text, got 3"],
    ["boolean", 1, "expected true or false, got 1"],
    ["datetime", "soon", 'expected an ISO 8601 date or time, got the text "soon"'],
    ["string", [1], "expected a text, got a list of 1"],
  ] as const)("refuses as %s: %j", (type, value, fault) => expect(valueFault(type, value)).toBe(fault));
});
