import { expect, it } from "vitest";
import { orderByOf, readRunColumn } from "./run-columns.ts";

it.each([
  ["metrics.loss", { group: "metrics", key: "loss" }],
  ["params.model.depth", { group: "params", key: "model.depth" }],
  ["tags.my tag", { group: "tags", key: "my tag" }],
])("reads the column %s", (text, column) => {
  expect(readRunColumn(text)).toEqual(column);
});

it.each(["loss", "metrics.", "metric.loss", "attributes.status", ""])("refuses %j as a column", (text) => {
  expect(() => readRunColumn(text)).toThrow("is not a column");
});

it("says an order in the clients' language, with odd keys in quotes", () => {
  expect(orderByOf("start_time", true)).toBe("start_time DESC");
  expect(orderByOf("metrics.loss", false)).toBe("metrics.loss ASC");
  expect(orderByOf("params.my `odd` key", false)).toBe("params.`my ``odd`` key` ASC");
  expect(() => orderByOf("end", true)).toThrow("end is not a column");
});
