import { toneColor } from "../foundation/tones.ts";
import type { Tone } from "../foundation/types.ts";

export interface SparklineProps {
  /** null is a gap. */
  values: (number | null)[];
  /** What it says, for readers. */
  label: string;
  width?: number;
  height?: number;
  tone?: Tone;
  threshold?: number;
  /** A dot at the last value. */
  dot?: boolean;
  min?: number;
  max?: number;
}

/** SVG path of a series with gaps; lone values become a short stroke. Exported for tests. */
export function sparkPath(values: (number | null)[], x: (index: number) => number, y: (value: number) => number): string {
  let path = "";
  let open = false;
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) {
      open = false;
      return;
    }
    path += `${open ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    if (!open && (values[index + 1] ?? null) === null) path += "h0.01";
    open = true;
  });
  return path;
}

/** A line without axes, for a cell or a card. */
export function Sparkline({ values, label, width = 88, height = 20, tone = "accent", threshold, dot = true, min, max }: SparklineProps) {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const all = threshold === undefined ? known : [...known, threshold];
  const low = min ?? Math.min(...all);
  const high = max ?? Math.max(...all);
  const pad = 3;
  const x = (index: number) => pad + (index / Math.max(1, values.length - 1)) * (width - 2 * pad);
  const y = (value: number) => (high === low ? height / 2 : height - pad - ((value - low) / (high - low)) * (height - 2 * pad));
  const color = toneColor(tone);
  const last = values.findLastIndex((value) => value !== null);
  const end = last < 0 ? null : values[last];
  if (known.length === 0)
    return (
      <span className="text-xs text-ink-3" title={label}>
        no data
      </span>
    );
  return (
    <svg role="img" aria-label={label} width={width} height={height} viewBox={`0 0 ${width} ${height}`} className="block max-w-full shrink-0 overflow-visible">
      {threshold === undefined ? null : (
        <line x1={0} x2={width} y1={y(threshold)} y2={y(threshold)} stroke="var(--color-fail)" strokeDasharray="3 2" opacity={0.8} />
      )}
      <path d={sparkPath(values, x, y)} fill="none" stroke={color} strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round" />
      {dot && end != null ? <circle cx={x(last)} cy={y(end)} r={2.25} fill={color} /> : null}
    </svg>
  );
}
