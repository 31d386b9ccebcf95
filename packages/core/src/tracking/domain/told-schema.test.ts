import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toldColumns, toldProfile, toldSource } from "./told-schema.ts";

describe("toldColumns", () => {
  it("reads a table's columns", () => {
    const schema = JSON.stringify({
      mlflow_colspec: [{ type: "long", name: "age", required: true }, { type: "string", name: "city", required: false }, { type: "double" }],
    });
    expect(toldColumns(schema)).toEqual([
      { name: "age", type: "long", required: true },
      { name: "city", type: "string", required: false },
      { name: "column 3", type: "double", required: true },
    ]);
  });

  it("reads arrays, with their shape", () => {
    const tensor = [{ type: "tensor", "tensor-spec": { dtype: "float64", shape: [-1, 4] } }];
    expect(toldColumns(JSON.stringify({ mlflow_tensorspec: { features: JSON.stringify(tensor), targets: null } }))).toEqual([
      { name: "features", type: "float64[-1, 4]", required: true },
    ]);
  });

  it.each([null, "", "{", "[]", "{}", '{"mlflow_colspec": "x"}', '{"mlflow_colspec": [1, null, {}]}', '{"mlflow_tensorspec": {"features": "["}}'])(
    "makes nothing of %j",
    (schema) => {
      expect(toldColumns(schema)).toEqual([]);
    },
  );

  it("never fails, whatever a client sends", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(Array.isArray(toldColumns(text))).toBe(true);
        expect(Object.values(toldProfile(text)).every((value) => typeof value !== "object")).toBe(true);
        toldSource(text);
      }),
    );
  });
});

it("reads plain facts and addresses", () => {
  expect(toldProfile('{"num_rows": 150, "features_shape": {"a": 1}, "ok": true}')).toEqual({ num_rows: 150, ok: true });
  expect(toldSource('{"uri": "s3://bucket/data.parquet"}')).toBe("s3://bucket/data.parquet");
  expect(toldSource('{"tags": {"mlflow.source.name": "search.ipynb"}}')).toBe("search.ipynb");
  expect(toldSource("plain words")).toBe("plain words");
  expect(toldSource(null)).toBeNull();
});
