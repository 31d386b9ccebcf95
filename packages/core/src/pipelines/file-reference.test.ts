import { expect, it } from "vitest";
import { projectFileReference } from "./testing/file-reference.ts";

it("docs/pipeline-file-reference.md says what the schema of trellis.yaml says", async () => {
  const reference = projectFileReference();
  for (const line of reference.split("\n").filter((row) => row.startsWith("| `"))) expect(line).not.toMatch(/\| {2}\||\|\s+\||undefined/);
  await expect(reference).toMatchFileSnapshot("../../../../docs/pipeline-file-reference.md");
});
