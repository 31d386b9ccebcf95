export interface HeatCell {
  /** The measure, such as PSI; null where nothing was measured. */
  value: number | null;
  verdict: "stable" | "watch" | "drifted" | "insufficient";
  detail?: string;
}

export const verdictMarks: Record<HeatCell["verdict"], { symbol: string | null; word: string }> = {
  stable: { symbol: null, word: "no drift" },
  watch: { symbol: "△", word: "watch" },
  drifted: { symbol: "▲", word: "drifted" },
  insufficient: { symbol: null, word: "too little data" },
};

const mix = (from: string, to: string, share: number) => `color-mix(in oklab, ${from}, ${to} ${Math.round(share * 100)}%)`;

/**
 * Colour of a cell: from the ground through amber (at `warn`) to red (at `drift` and above), and an ink that reads on
 * it. Follows the theme, because it mixes tokens.
 */
export function heatColor(value: number | null, limits: { warn: number; drift: number }): { background: string; ink: string } {
  const calm = "color-mix(in oklab, var(--color-hover), var(--color-warn) 7%)";
  if (value === null || !Number.isFinite(value)) return { background: "transparent", ink: "var(--color-ink-3)" };
  if (value < limits.warn) return { background: mix(calm, "var(--color-warn)", 0.14 * Math.max(0, value / limits.warn)), ink: "var(--color-ink)" };
  if (value < limits.drift) {
    const share = (value - limits.warn) / Math.max(1e-9, limits.drift - limits.warn);
    return { background: mix("color-mix(in oklab, var(--color-surface), var(--color-warn) 50%)", "var(--color-err)", share * 0.45), ink: "var(--color-ink)" };
  }
  const beyond = Math.min(1, (value - limits.drift) / Math.max(1e-9, limits.drift));
  return { background: mix("var(--color-err)", "var(--color-fail)", 0.6 + 0.4 * beyond), ink: "var(--color-on-accent)" };
}
