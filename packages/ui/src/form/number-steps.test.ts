import { expect, test } from "vitest";
import { readNumber, stepNumber, withinRange } from "./number-steps.ts";

test("what is typed is read when it is a number", () => {
  expect(["6", " -1.5 ", "0,25", "1e-3", ".5", "7."].map(readNumber)).toEqual([6, -1.5, 0.25, 0.001, 0.5, 7]);
  expect(readNumber("  ")).toBeNull();
  expect(["-", "1e", "1.2.3", "abc", "0x10", "1e999", "Infinity"].map(readNumber)).toEqual(Array(7).fill(undefined));
});

test("steps keep to the range and to plain decimals", () => {
  expect(stepNumber(0.2, 1, { step: 0.1 })).toBe(0.3);
  expect(stepNumber(null, -1, { step: 1, min: 0 })).toBe(0);
  expect(stepNumber(6, 10, { step: 1, max: 7 })).toBe(7);
  expect(withinRange(-3, { step: 1, min: 1, max: 7 })).toBe(1);
});
