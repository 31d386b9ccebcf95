import { describe, expect, it } from "vitest";
import { CARD_SECTION_COUNT, cardProblems, cardTemplate } from "./model-card.ts";

const missing = (card: string): string[] => cardProblems(card).map(({ section, problem }) => (problem === "empty" ? `${section} (empty)` : section));

describe("cardProblems", () => {
  it("finds sections by the headings that people use", () => {
    expect(missing("## Purpose\nx\n## Dataset\nx\n### Metrics\nx\n## Known issues\nx\n## Contact\nx")).toEqual([]);
  });

  it("tells those that are not there from those that are empty", () => {
    expect(missing("# Model\n## Intended use\n\n## Data\nx\n## Owner\nx")).toEqual(["intended use (empty)", "evaluation", "limits"]);
  });

  it("does not take what a model is not for as what it is for", () => {
    expect(missing("## Do not use it for\nx\n## Data\nx\n## How good it is\nx\n## Team\nx")).toEqual(["intended use"]);
    expect(missing("## Use it for\nx\n## Do not use it for\nx\n## Data\nx\n## How good it is\nx\n## Team\nx")).toEqual([]);
  });

  it("takes no heading from a code block, and no text from a comment", () => {
    expect(missing("## Data\n```\n## Limits\nx\n```\n## Owner\n<!-- who -->\n")).toEqual(["intended use", "evaluation", "limits", "owner (empty)"]);
  });
});

describe("cardTemplate", () => {
  it("has every section, each still to be filled", () => {
    const problems = cardProblems(cardTemplate("flight-delays version 3"));
    expect(problems).toHaveLength(CARD_SECTION_COUNT);
    expect(problems.every(({ problem }) => problem === "empty")).toBe(true);
  });
});
