/** Sections that a model card must have, with the headings that count for each. */
const SECTIONS: { name: string; heading: RegExp }[] = [
  { name: "intended use", heading: /^(?!.*\b(?:not|out of)\b).*\b(?:intended|use|uses|purpose|what it is for|what for)\b/i },
  { name: "data", heading: /\b(?:data|dataset|datasets|training data|trained on)\b/i },
  { name: "evaluation", heading: /\b(?:evaluation|metrics?|performance|results?|quality|how good)\b/i },
  { name: "limits", heading: /\b(?:limits?|limitations?|risks?|caveats?|known issues|do not use|ethic\w*|fairness|bias)\b/i },
];

/** Names of required sections that a card (Markdown) lacks or leaves empty. */
export function missingCardSections(card: string): string[] {
  const filled = filledHeadings(card);
  return SECTIONS.filter((section) => !filled.some((heading) => section.heading.test(heading))).map((section) => section.name);
}

/** How many sections a complete card has. */
export const CARD_SECTION_COUNT = SECTIONS.length;

/** Headings (level 2 or deeper) that have text below them. Code blocks may hold lines that only look like headings. */
function filledHeadings(card: string): string[] {
  const headings: { text: string; filled: boolean }[] = [];
  let isCode = false;
  for (const line of card.split("\n")) {
    if (/^\s*(?:```|~~~)/.test(line)) isCode = !isCode;
    const heading = isCode ? null : /^#{1,6}\s+(.+?)\s*#*\s*$/.exec(line);
    if (heading?.[1]) headings.push({ text: heading[1], filled: false });
    else if (line.trim() !== "" && headings.length > 0) for (const open of headings.slice(-1)) open.filled = true;
  }
  return headings.filter((heading) => heading.filled).map((heading) => heading.text);
}
