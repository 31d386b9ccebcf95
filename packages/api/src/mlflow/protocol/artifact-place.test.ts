import { describe, expect, it } from "vitest";
import { artifactPlace } from "./artifact-place.ts";

const HEX = "0123456789abcdef0123456789abcdef";
const UUID = "01234567-89ab-cdef-0123-456789abcdef";

describe("artifactPlace", () => {
  it.each([
    [`experiments/1/${HEX}/artifacts`, { owner: "run", runId: UUID, path: "" }],
    [`experiments/1/${HEX}/artifacts/model/MLmodel`, { owner: "run", runId: UUID, path: "model/MLmodel" }],
    [`${HEX}/artifacts/x`, { owner: "run", runId: UUID, path: "x" }],
    [`team/own place/${HEX}/artifacts/x`, { owner: "run", runId: UUID, path: "x" }],
    [`experiments/1/${HEX}/artifacts/${HEX.replace("0", "f")}/artifacts/x`, { owner: "run", runId: UUID, path: `${HEX.replace("0", "f")}/artifacts/x` }],
    [`experiments/1/models/m-${HEX}/artifacts/MLmodel`, { owner: "logged-model", modelId: UUID, path: "MLmodel" }],
    [`experiments/1/models/m-${HEX}/artifacts/`, { owner: "logged-model", modelId: UUID, path: "" }],
    [`model-versions/${UUID}`, { owner: "version", versionId: UUID, path: "" }],
    [`model-versions/${UUID}/a/b`, { owner: "version", versionId: UUID, path: "a/b" }],
    [`experiments/1/${HEX}`, null],
    [`experiments/1/${HEX}/artifactsx/y`, null],
    [`experiments/1/x${HEX}/artifacts/y`, null],
    ["experiments/1", null],
    ["anything", null],
    ["", null],
  ])("reads %s", (path, place) => {
    expect(artifactPlace(path)).toEqual(place);
  });

  it.each([`experiments/1/${HEX}/artifacts/../x`, "/etc/passwd", `model-versions/${UUID}/%2e%2e/x`])("refuses %s", (path) => {
    expect(() => artifactPlace(path)).toThrow("Invalid path");
  });
});
