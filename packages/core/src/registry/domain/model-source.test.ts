import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseModelSource, sourceProblem } from "./model-source.ts";

const HEX = "0123456789abcdef0123456789abcdef";
const ID = "01234567-89ab-cdef-0123-456789abcdef";

describe("sourceProblem", () => {
  it.each([
    "mlflow-artifacts:/models/../../etc",
    "mlflow-artifacts://host:9000/models/..%2F..%2Fetc",
    "s3://bucket/models/%2e%2e/secret",
    "http://host/models/.%2E/x",
    "ftp://host/%252e%252e/x",
    "dbfs:/a/..%5c..%5cb",
    "mlflow-artifacts:/models/..%00/x",
    "mlflow-artifacts:/models/x%00",
    "https://host/x?path=../y",
    "runs:/abc/../x",
    "/etc/passwd",
    "./here",
    "model",
    "file:///etc/passwd",
    "FILE:/etc",
    "C:\\models",
    "",
  ])("refuses %j", (source) => {
    expect(sourceProblem(source)).toMatch(/^Invalid model version source/);
  });

  it.each(["mlflow-artifacts:/models///", "s3://bucket/....", "s3://bucket/a..b", "runs:/abc/model", "models:/m-1", "dbfs:/x/%2541", "gs://b/%zz"])(
    "takes %j",
    (source) => {
      expect(sourceProblem(source)).toBeNull();
    },
  );

  it("finds a step up however deep it is encoded", () => {
    const encode = (text: string): string => [...text].map((character) => `%${character.charCodeAt(0).toString(16)}`).join("");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), (depth) => {
        let part = "..";
        for (let round = 0; round < depth; round += 1) part = encode(part);
        return sourceProblem(`s3://bucket/a/${part}/b`) !== null;
      }),
    );
  });
});

describe("parseModelSource", () => {
  it.each<[string, object]>([
    [`models:/m-${HEX}`, { kind: "logged-model", modelId: ID, path: "" }],
    [`models:/m-${HEX}/sub/x`, { kind: "logged-model", modelId: ID, path: "sub/x" }],
    ["models:/flights/12", { kind: "named-version", model: "flights", version: 12 }],
    ["models:/flights@champion", { kind: "alias", model: "flights", alias: "champion" }],
    ["models:/flights/latest", { kind: "alias", model: "flights", alias: "latest" }],
    [`runs:/${HEX}/model`, { kind: "run", runId: ID, path: "model" }],
    [`runs:/${HEX}`, { kind: "run", runId: ID, path: "" }],
    [`mlflow-artifacts:/experiments/3/${HEX}/artifacts/a//b/`, { kind: "run", runId: ID, path: "a/b" }],
    [`mlflow-artifacts://host:5000/experiments/3/${HEX}/artifacts`, { kind: "run", runId: ID, path: "" }],
    [`mlflow-artifacts:/experiments/3/models/m-${HEX}/artifacts/`, { kind: "logged-model", modelId: ID, path: "" }],
    [`mlflow-artifacts:/model-versions/${ID}/x`, { kind: "version", versionId: ID, path: "x" }],
    ["mlflow-artifacts:/models///", { kind: "elsewhere" }],
    ["runs:/not-a-run/model", { kind: "elsewhere" }],
    ["s3://bucket/model", { kind: "elsewhere" }],
    ["models:/a/b/c", { kind: "elsewhere" }],
  ])("reads %s", (source, meaning) => {
    expect(parseModelSource(source)).toEqual(meaning);
  });

  it("reads anything without failing", () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseModelSource(text).kind === "string"));
    fc.assert(
      fc.property(fc.constantFrom("models:", "runs:", "mlflow-artifacts:"), fc.string(), (scheme, text) => Boolean(parseModelSource(scheme + text).kind)),
    );
  });
});
