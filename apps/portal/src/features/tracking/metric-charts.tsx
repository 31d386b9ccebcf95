"use client";

import { useQuery } from "@tanstack/react-query";
import { Button, EmptyState, ErrorState, SegmentedControl, Skeleton } from "@trellis/ui";
import { ChartFrame, LineChart, seriesTable } from "@trellis/ui/charts";
import { ChartLine } from "lucide-react";
import { parseAsFloat, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useEffect, useRef, useState } from "react";
import { useTRPC } from "@/live/trpc";
import { CURVE_AXES, type CurveAxis, drawCurves, FEW_RUNS, pointsPerCurve } from "./curve-model";

export type CurveRun = { id: string; name: string; color: string; quiet?: boolean };
type Props = { runs: CurveRun[]; keys: string[] };

const AXIS_WORDS: Record<CurveAxis, string> = { step: "Step", relative: "Since start", time: "Time of day" };
const AT_FIRST = 8;

/** A chart for each metric over all runs, with one choice of axis and smoothing for the page, kept in the address. */
export function MetricCharts({ runs, keys }: Props) {
  const [{ axis, smoothing }, setView] = useQueryStates(
    { axis: parseAsStringLiteral(CURVE_AXES).withDefault("step"), smoothing: parseAsFloat.withDefault(0) },
    { history: "replace" },
  );
  const [shown, setShown] = useState(AT_FIRST);
  if (keys.length === 0)
    return (
      <EmptyState icon={ChartLine} title="No curves" compact>
        {runs.length > 1
          ? "A metric has a curve when it is logged more than once in a run, with a step."
          : 'A metric has a curve when it is logged more than once: mlflow.log_metric("loss", 0.3, step=1).'}
      </EmptyState>
    );
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <SegmentedControl
          label="Axis of the curves"
          value={axis}
          onChange={(value) => void setView({ axis: value })}
          items={CURVE_AXES.map((value) => ({ value, label: AXIS_WORDS[value] }))}
        />
        <SmoothingSlider value={smoothing} onChange={(value) => void setView({ smoothing: value === 0 ? null : value })} />
      </div>
      <div className={`grid gap-4 ${keys.length > 1 ? "lg:grid-cols-2" : ""}`}>
        {keys.slice(0, shown).map((key) => (
          <MetricChart key={key} metric={key} runs={runs} axis={axis} smoothing={smoothing} />
        ))}
      </div>
      {keys.length > shown ? (
        <div>
          <Button
            size="sm"
            onClick={() => setShown(shown + AT_FIRST)}
          >{`Show ${Math.min(AT_FIRST, keys.length - shown)} of ${keys.length - shown} more`}</Button>
        </div>
      ) : null}
    </div>
  );
}

function SmoothingSlider({ value, onChange }: { value: number; onChange(value: number): void }) {
  return (
    <label className="flex items-center gap-2 text-xs text-ink-2">
      Smoothing
      <input
        type="range"
        min={0}
        max={0.99}
        step={0.01}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
        className="w-28 accent-(--color-accent)"
      />
      <output className="w-8 font-mono">{value === 0 ? "off" : value.toFixed(2)}</output>
    </label>
  );
}

function MetricChart({ metric, runs, axis, smoothing }: { metric: string; runs: CurveRun[]; axis: CurveAxis; smoothing: number }) {
  const trpc = useTRPC();
  const frame = useRef<HTMLDivElement>(null);
  const near = useNear(frame);
  const history = useQuery({
    ...trpc.tracking.metricHistory.queryOptions({ runIds: runs.map((run) => run.id), keys: [metric], maxPoints: pointsPerCurve(runs.length) }),
    enabled: near,
    placeholderData: (before) => before,
  });
  const curves = history.data?.series ?? [];
  const drawing = drawCurves(curves, { axis, smoothing, runs: new Map(runs.map((run) => [run.id, run])) });
  // There is no logarithm of what is not above zero.
  const positive = drawing.series.every((one) => one.points.every((point) => point.y === null || point.y > 0));
  const reduced = curves.filter((curve) => curve.reduced);
  const most = Math.max(0, ...reduced.map((curve) => curve.total));
  return (
    <div ref={frame} className="min-w-0">
      <ChartFrame
        title={<span className="font-mono wrap-anywhere">{metric}</span>}
        subtitle={most > 0 ? `thinned from ${most.toLocaleString("en")} points, extremes kept` : undefined}
        name={metric.replaceAll(/[^\w.-]+/g, "-")}
        table={history.data ? seriesTable(drawing.series, drawing.x, drawing.xUnit) : undefined}
      >
        {history.isError ? (
          <ErrorState compact error={history.error} onRetry={() => void history.refetch()} />
        ) : history.data ? (
          <LineChart
            label={`${metric} of ${runs.length === 1 ? "this run" : `${runs.length} runs`}`}
            series={drawing.series}
            x={drawing.x}
            xUnit={drawing.xUnit || undefined}
            logSwitch={positive}
            // A dot costs as much as all points of its line together.
            endDot={runs.length <= FEW_RUNS}
          />
        ) : (
          <Skeleton height={246} />
        )}
      </ChartFrame>
    </div>
  );
}

/** True once the element has come near the window: charts below the fold ask for nothing. */
function useNear(element: React.RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    const target = element.current;
    if (!target || near) return;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && setNear(true), { rootMargin: "300px" });
    observer.observe(target);
    return () => observer.disconnect();
  }, [element, near]);
  return near;
}
