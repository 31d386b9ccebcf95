import { expect, it } from "vitest";
import { deltaText, metricText } from "./metric-text";

it.each([
  [0, "0"],
  [0.1 + 0.2, "0.3"],
  [0.7123456, "0.712346"],
  [-12.5, "−12.5"],
  [1234567, "1,234,567"],
  [12345.678, "12,345.7"],
  [0.00002, "0.00002"],
  [3.2e-9, "3.2e−9"],
  [6.02e23, "6.02e23"],
  [Number.NaN, "NaN"],
  [1.7976931348623157e308, "∞"],
  [-1.7976931348623157e308, "−∞"],
])("writes %d as %s", (value, text) => {
  expect(metricText(value)).toBe(text);
});

it.each([
  [{ absolute: 0.4, relative: 1 }, "+100 %"],
  [{ absolute: -0.0123, relative: -0.0123 }, "−1.2 %"],
  [{ absolute: 3, relative: null }, "+3"],
  [{ absolute: 5000, relative: 5000 }, "+5,000"],
])("writes the difference %j as %s", (delta, text) => {
  expect(deltaText(delta)).toBe(text);
});
