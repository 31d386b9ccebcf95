/** A part that every card must have: its heading in a new card, what belongs there, and the headings that count for it. */
type CardSection = { name: string; heading: string; hint: string; counts: RegExp };

const SECTIONS: CardSection[] = [
  {
    name: "intended use",
    heading: "Intended use",
    hint: "What it is for, who uses it, and for which decisions it must not be used.",
    counts: /^(?!.*\b(?:not|out of)\b).*\b(?:intended|use|uses|purpose|what it is for|what for)\b/i,
  },
  {
    name: "data",
    heading: "Training data",
    hint: "Where the rows come from, from when to when, and what was left out.",
    counts: /\b(?:data|dataset|datasets|training data|trained on)\b/i,
  },
  {
    name: "evaluation",
    heading: "Evaluation",
    hint: "How good it is, on which rows, and compared with what.",
    counts: /\b(?:evaluation|metrics?|performance|results?|quality|how good)\b/i,
  },
  {
    name: "limits",
    heading: "Limitations",
    hint: "Where it fails, for whom it is worse, and what would make it wrong.",
    counts: /\b(?:limits?|limitations?|risks?|caveats?|known issues|do not use|ethic\w*|fairness|bias)\b/i,
  },
  {
    name: "owner",
    heading: "Owner",
    hint: "The team that answers for it, and how to reach it.",
    counts: /\b(?:owners?|owned by|maintainers?|maintained by|contacts?|authors?|team|responsible)\b/i,
  },
];

/** What a card (Markdown) must still say: sections that are not there, or have nothing below them. Empty = complete. */
export function cardProblems(card: string): { section: string; problem: "missing" | "empty" }[] {
  const headings = headingsOf(card);
  return SECTIONS.flatMap(({ name, counts }) => {
    const matching = headings.filter((heading) => counts.test(heading.text));
    if (matching.some((heading) => heading.filled)) return [];
    return [{ section: name, problem: matching.length > 0 ? "empty" : "missing" }] satisfies { section: string; problem: "missing" | "empty" }[];
  });
}

/** How many sections a complete card has. */
export const CARD_SECTION_COUNT = SECTIONS.length;

/** A new card for a version: every section with a note on what belongs there. The notes are comments, so they do not count as text. */
export function cardTemplate(title: string): string {
  return `# ${title}\n\n${SECTIONS.map(({ heading, hint }) => `## ${heading}\n\n<!-- ${hint} -->\n`).join("\n")}`;
}

/** Headings, and whether there is text below them. Code blocks may hold lines that only look like headings. */
function headingsOf(card: string): { text: string; filled: boolean }[] {
  const headings: { text: string; filled: boolean }[] = [];
  let isCode = false;
  for (const line of withoutComments(card).split("\n")) {
    if (/^\s*(?:```|~~~)/.test(line)) isCode = !isCode;
    const heading = isCode ? null : /^#{1,6}\s+(.+?)\s*#*\s*$/.exec(line);
    if (heading?.[1]) headings.push({ text: heading[1], filled: false });
    else if (line.trim() !== "") for (const open of headings.slice(-1)) open.filled = true;
  }
  return headings;
}

function withoutComments(markdown: string): string {
  return markdown.replaceAll(/<!--.*?(?:-->|$)/gs, "");
}
