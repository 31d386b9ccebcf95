import { describe, expect, it } from "vitest";
import { parseOrderBy, parseOrderField } from "./order-by.ts";
import { printSubject } from "./print-filter.ts";

describe("order_by", () => {
  it("reads fields and directions", () => {
    expect(parseOrderBy(["metrics.`val loss` DESC", "params.lr asc", "tag.a", "attributes.`start_time` desc", "status"], "runs")).toEqual([
      { subject: { entity: "metric", key: "val loss" }, descending: true },
      { subject: { entity: "param", key: "lr" }, descending: false },
      { subject: { entity: "tag", key: "a" }, descending: false },
      { subject: { entity: "attribute", key: "start_time" }, descending: true },
      { subject: { entity: "attribute", key: "status" }, descending: false },
    ]);
    expect(parseOrderBy(undefined, "runs")).toEqual([]);
    expect(parseOrderBy(["timestamp DESC"], "registeredModels")).toEqual([
      { subject: { entity: "attribute", key: "last_updated_timestamp" }, descending: true },
    ]);
  });

  it.each([
    ["runs", ["start_time", "created DESC"], "duplicate fields: start_time"],
    ["runs", ["metrics.a", "metrics.`a` DESC"], "duplicate fields: metrics.a"],
    ["registeredModels", ["timestamp", "last_updated_timestamp"], "duplicate fields"],
    ["runs", ["start_time DESCENDING"], "at character 12: Expected ASC, DESC or the end"],
    ["runs", ["start_time, status"], "at character 11"],
    ["runs", [""], "at character 1: Expected a field"],
    ["runs", ["nothing"], "Invalid attribute key 'nothing'"],
    ["runs", ["dataset.name"], "There is no order by a dataset here"],
    ["runs", ["metrics.'a'"], "at character 9"],
    ["runs", ["params.\0"], "NUL"],
    ["experiments", ["tags.a"], "There is no order by a tag here"],
    ["modelVersions", ["run_id"], "Invalid attribute key"],
  ] as const)("of %s refuses %j", (target, entries, message) => {
    expect(() => parseOrderBy(entries, target)).toThrow(expect.objectContaining({ code: "INVALID", message: expect.stringContaining(message) }));
  });

  it("takes the key of a metric as it is where the direction comes apart", () => {
    for (const [name, printed] of [
      ["metrics.val loss", "metrics.`val loss`"],
      ["metrics.`val loss`", "metrics.`val loss`"],
      ['metric."a"', "metrics.a"],
      ["creation_time", "creation_timestamp"],
      ["attributes.name", "name"],
    ] as const)
      expect(printSubject(parseOrderField(name, "loggedModels"))).toBe(printed);
    for (const name of ["params.a", "nothing", "name DESC", "metrics.", ""])
      expect(() => parseOrderField(name, "loggedModels")).toThrow(expect.objectContaining({ code: "INVALID" }));
  });
});
