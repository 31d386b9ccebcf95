import { driftDetectorContract } from "@trellis/core/monitoring/drift-detector.contract.ts";
import { expect, it } from "vitest";
import { duckdbDriftDetector } from "./provider.ts";

driftDetectorContract("DuckDB", () => duckdbDriftDetector());

it("says that the reference is not there when the file is missing", async () => {
  const comparison = duckdbDriftDetector().compare({ referenceFile: "/nowhere/reference.csv", currentRows: [], columns: [] });
  await expect(comparison).rejects.toMatchObject({ code: "NOT_FOUND" });
});
