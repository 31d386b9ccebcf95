import type { Series } from "@trellis/ui/charts";

export type Curve = { runId: string; key: string; points: { step: number; value: number; at: Date }[] };
export const CURVE_AXES = ["step", "relative", "time"] as const;
/** What a curve is drawn over: its step, the time since its first point, or the time of day. */
export type CurveAxis = (typeof CURVE_AXES)[number];

/** Clients' infinities are kept as the greatest number there is; they and NaN are gaps. */
const INFINITE = 1.797e308;

/** With more runs than this, a chart draws only one line for each, and no dots. */
export const FEW_RUNS = 5;

type Point = { x: number; y: number | null };

/**
 * An exponential moving average of weight 0 (none) to below 1, without the pull to zero at its beginning: each average is
 * divided by the weight that has gone into it (as in Kingma and Ba, 2015, section 3). Gaps stay gaps.
 */
export function smoothed(points: readonly Point[], weight: number): Point[] {
  if (weight <= 0) return [...points];
  let average = 0;
  let share = 1;
  return points.map(({ x, y }) => {
    if (y === null) return { x, y };
    average = weight * average + (1 - weight) * y;
    share *= weight;
    return { x, y: average / (1 - share) };
  });
}

/** Units of a time axis that begins at zero, the largest in which the whole is more than two. */
const UNITS = [
  { name: "h", ms: 3_600_000 },
  { name: "min", ms: 60_000 },
  { name: "s", ms: 1_000 },
] as const;

export type CurveDrawing = { series: Series[]; x: "time" | "number"; xUnit: string };

export type CurveOptions = {
  axis: CurveAxis;
  smoothing: number;
  /** Name and colour of each run; runs that are not in it are left out. Quiet ones are drawn thin and say nothing on hover. */
  runs: ReadonlyMap<string, { name: string; color: string; quiet?: boolean }>;
};

/** One metric's curves as the chart takes them; of a few smoothed curves the true ones stay, faint. */
export function drawCurves(curves: readonly Curve[], { axis, smoothing, runs }: CurveOptions): CurveDrawing {
  const shown = curves.filter((curve) => runs.has(curve.runId) && curve.points.length > 0);
  // Without steps all points would stand above each other.
  const stepless = axis === "step" && shown.some((curve) => curve.points.length > 1 && curve.points.every((point) => point.step === curve.points[0]?.step));
  const kind: CurveAxis = stepless ? "relative" : axis;
  const longest = Math.max(0, ...shown.map((curve) => spanOf(curve)));
  const unit = UNITS.find(({ ms }) => longest / ms > 2) ?? UNITS[2];
  const series = shown.flatMap((curve): Series[] => {
    const run = runs.get(curve.runId);
    if (!run) return [];
    const points = pointsOf(curve, kind, unit.ms);
    const look = { name: run.name, ...(run.quiet ? { quiet: true } : {}) };
    if (smoothing <= 0 || points.length < 3) return [{ id: curve.runId, color: run.color, points, ...look }];
    const faint = `color-mix(in srgb, ${run.color} 28%, transparent)`;
    const raw: Series = { id: `${curve.runId} raw`, name: `${run.name}, as logged`, color: faint, points, quiet: true };
    return [...(run.quiet || shown.length > FEW_RUNS ? [] : [raw]), { id: curve.runId, color: run.color, points: smoothed(points, smoothing), ...look }];
  });
  return { series, x: kind === "time" ? "time" : "number", xUnit: kind === "step" ? "step" : kind === "relative" ? `${unit.name} since start` : "" };
}

function spanOf({ points }: Curve): number {
  const times = points.map((point) => point.at.getTime());
  return Math.max(...times) - Math.min(...times);
}

function pointsOf({ points }: Curve, axis: CurveAxis, unitMs: number): Point[] {
  const first = Math.min(...points.map((point) => point.at.getTime()));
  const place = (point: Curve["points"][number]): number =>
    axis === "step" ? point.step : axis === "time" ? point.at.getTime() : (point.at.getTime() - first) / unitMs;
  return points
    .map((point) => ({ x: place(point), y: Number.isFinite(point.value) && Math.abs(point.value) < INFINITE ? point.value : null }))
    .toSorted((a, b) => a.x - b.x);
}

/** How many points of one curve to ask for, so that a chart of many runs stays quick to draw: about 4,000 in all. */
export function pointsPerCurve(runs: number): number {
  return Math.min(500, Math.max(60, Math.floor(4_000 / Math.max(1, runs))));
}
