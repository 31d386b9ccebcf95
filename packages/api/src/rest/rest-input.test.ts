import { describe, expect, it } from "vitest";
import { restInput } from "./rest-input.ts";

const schema = {
  type: "object",
  properties: {
    project: { type: "string" },
    number: { type: "integer" },
    live: { type: "boolean" },
    status: { type: "array", items: { type: "string" } },
    limit: { anyOf: [{ type: "integer" }, { type: "null" }] },
  },
};

describe("restInput", () => {
  it("reads path, query and body by the schema's types", () => {
    const query = new URLSearchParams("live=true&status=failed&status=running&limit=5");
    expect(restInput(schema, { project: "123", number: "7" }, query, { extra: 1 })).toEqual({
      project: "123",
      number: 7,
      live: true,
      status: ["failed", "running"],
      limit: 5,
      extra: 1,
    });
  });

  it("lets the path win over the body, so that a request cannot name two things", () => {
    expect(restInput(schema, { project: "mine" }, new URLSearchParams(), { project: "other" })).toEqual({ project: "mine" });
  });

  it("names an unknown parameter", () => {
    expect(() => restInput(schema, {}, new URLSearchParams("stauts=failed"), undefined)).toThrow("stauts is not a parameter");
  });

  it("leaves what is no number for the schema to refuse", () => {
    expect(restInput(schema, { number: "seven" }, new URLSearchParams(), undefined)).toEqual({ number: "seven" });
  });

  it("refuses a body that is no object", () => {
    expect(() => restInput(schema, {}, new URLSearchParams(), [1])).toThrow("must be a JSON object");
  });
});
