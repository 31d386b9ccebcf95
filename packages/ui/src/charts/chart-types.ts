/** One line. Times on x are epoch milliseconds; y null is a gap. At most 1,000 points: thin on the server. */
export interface Series {
  id: string;
  name: string;
  points: { x: number | string; y: number | null }[];
  /** CSS colour; by default the next of the palette. */
  color?: string;
  dashed?: boolean;
  /** What the others are compared with: grey. */
  reference?: boolean;
  dots?: boolean;
  /** Drawn thin and left out of the tooltip: one of very many, or what a smoothed line was. */
  quiet?: boolean;
}

export interface Threshold {
  value: number;
  label: string;
  tone?: "fail" | "warn" | "neutral";
}

/** Something that happened, as a tick on the time axis. */
export interface ChartEvent {
  at: number;
  label: string;
  kind?: "deploy" | "data" | "alert" | "other";
}

export interface ChartTable {
  columns: string[];
  rows: (string | number | null)[][];
}

export interface LegendItem {
  name: string;
  color: string;
  value?: string;
  dashed?: boolean;
}

export type XKind = "time" | "number" | "category";

/** Colours that people with colour blindness can tell apart (Okabe and Ito, 2008), as tokens of the theme. */
export const chartColors: readonly string[] = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"].map((name) => `var(--color-${name})`);

export const referenceColor = "var(--color-ref)";
export const currentColor = "var(--color-accent)";

/** Colour of a series by its place: grey for references, then the palette, grey again after eight. */
export function seriesColor(series: Pick<Series, "color" | "reference">, index: number): string {
  if (series.color !== undefined) return series.color;
  if (series.reference) return referenceColor;
  return chartColors[index] ?? referenceColor;
}

export const thresholdColors = { fail: "var(--color-fail)", warn: "var(--color-warn)", neutral: "var(--color-ink-3)" };
