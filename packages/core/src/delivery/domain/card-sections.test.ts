import { describe, expect, it } from "vitest";
import { missingCardSections } from "./card-sections.ts";

describe("missingCardSections", () => {
  it("finds sections by the headings that people use", () => {
    expect(missingCardSections("## Purpose\nx\n## Dataset\nx\n### Metrics\nx\n## Known issues\nx")).toEqual([]);
  });

  it("names those that are not there or empty", () => {
    expect(missingCardSections("# Model\n## Intended use\n\n## Data\nx")).toEqual(["intended use", "evaluation", "limits"]);
  });

  it("takes no heading from a code block", () => {
    expect(missingCardSections("## Data\n```\n## Limits\nx\n```\n")).toEqual(["intended use", "evaluation", "limits"]);
  });
});
