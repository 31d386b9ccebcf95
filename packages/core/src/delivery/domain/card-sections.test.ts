import { describe, expect, it } from "vitest";
import { missingCardSections } from "./card-sections.ts";

describe("missingCardSections", () => {
  it("finds sections by the headings that people use", () => {
    expect(missingCardSections("## Purpose\nx\n## Dataset\nx\n### Metrics\nx\n## Known issues\nx")).toEqual([]);
  });

  it("names those that are not there or empty", () => {
    expect(missingCardSections("# Model\n## Intended use\n\n## Data\nx")).toEqual(["intended use", "evaluation", "limits"]);
  });

  it("does not take what a model is not for as what it is for", () => {
    expect(missingCardSections("## Do not use it for\nx\n## Data\nx\n## How good it is\nx")).toEqual(["intended use"]);
    expect(missingCardSections("## Use it for\nx\n## Do not use it for\nx\n## Data\nx\n## How good it is\nx")).toEqual([]);
  });

  it("takes no heading from a code block", () => {
    expect(missingCardSections("## Data\n```\n## Limits\nx\n```\n")).toEqual(["intended use", "evaluation", "limits"]);
  });
});
