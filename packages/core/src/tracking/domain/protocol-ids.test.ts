import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  experimentArtifactLocation,
  experimentIdOfProtocol,
  modelArtifactUri,
  modelIdOfProtocol,
  protocolModelId,
  protocolRunId,
  runArtifactUri,
  runIdOfProtocol,
} from "./protocol-ids.ts";

const RUN = "0198c0de-1234-7abc-8def-0123456789ab";

describe("ids of the protocol", () => {
  it("are the same thing as core's, both ways", () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(runIdOfProtocol(protocolRunId(id))).toBe(id);
        expect(runIdOfProtocol(id.toUpperCase())).toBe(id);
        expect(modelIdOfProtocol(protocolModelId(id))).toBe(id);
      }),
    );
    expect(protocolRunId(RUN)).toBe("0198c0de12347abc8def0123456789ab");
  });

  it("that nothing can have are not found, in the words that clients look for", () => {
    expect(() => runIdOfProtocol("abc")).toThrow("Run with id=abc not found");
    expect(() => modelIdOfProtocol("abc")).toThrow("Logged model with ID 'abc' not found");
    expect(() => modelIdOfProtocol(protocolRunId(RUN))).toThrow("Logged model with ID");
    expect(() => experimentIdOfProtocol("99999999999")).toThrow("No Experiment with id=99999999999 exists");
  });

  it("of experiments are decimal numbers", () => {
    expect(experimentIdOfProtocol("0")).toBe(0);
    expect(experimentIdOfProtocol("17")).toBe(17);
    for (const text of ["", "1.5", "-1", "0x1", "1e3", "one"]) expect(() => experimentIdOfProtocol(text)).toThrow("Invalid experiment ID");
  });
});

describe("places of files", () => {
  it("are in the portal's store, or where the experiment says", () => {
    expect(experimentArtifactLocation({ id: 7, artifactLocation: null })).toBe("mlflow-artifacts:/experiments/7");
    expect(runArtifactUri({ id: 7, artifactLocation: null }, RUN)).toBe("mlflow-artifacts:/experiments/7/0198c0de12347abc8def0123456789ab/artifacts");
    expect(modelArtifactUri({ id: 7, artifactLocation: "s3://bucket/x/" }, RUN)).toBe("s3://bucket/x/models/m-0198c0de12347abc8def0123456789ab/artifacts");
  });
});
