import type { Tone } from "./types.ts";

/** Soft background with readable ink, as in badges. */
export const toneSoft: Record<Tone, string> = {
  neutral: "bg-sunken text-ink-2",
  accent: "bg-accent-soft text-accent-ink",
  run: "bg-run-soft text-run-ink",
  ok: "bg-ok-soft text-ok-ink",
  cached: "bg-cached-soft text-cached-ink",
  fail: "bg-fail-soft text-fail-ink",
  err: "bg-err-soft text-err-ink",
  warn: "bg-warn-soft text-warn-ink",
  outline: "border border-line-strong bg-transparent text-ink-2",
};

/** Ink for words in a tone. */
export const toneInk: Record<Tone, string> = {
  neutral: "text-ink-2",
  accent: "text-accent-ink",
  run: "text-run-ink",
  ok: "text-ok-ink",
  cached: "text-cached-ink",
  fail: "text-fail-ink",
  err: "text-err-ink",
  warn: "text-warn-ink",
  outline: "text-ink-2",
};

/** Colour of an icon beside plain words. */
export const toneIcon: Record<Tone, string> = {
  neutral: "text-ink-3",
  accent: "text-accent",
  run: "text-run",
  ok: "text-ok",
  cached: "text-cached",
  fail: "text-fail",
  err: "text-err",
  warn: "text-warn-ink",
  outline: "text-ink-3",
};

/** Solid fill for bars and dots. */
export const toneFill: Record<Tone, string> = {
  neutral: "bg-wait",
  accent: "bg-accent",
  run: "bg-run",
  ok: "bg-ok",
  cached: "bg-cached",
  fail: "bg-fail",
  err: "bg-err",
  warn: "bg-warn",
  outline: "bg-line-strong",
};

/** The CSS variable of a tone, for SVG attributes and inline styles. */
export function toneColor(tone: Tone): string {
  switch (tone) {
    case "neutral":
      return "var(--color-wait)";
    case "outline":
      return "var(--color-ink-3)";
    default:
      return `var(--color-${tone})`;
  }
}
