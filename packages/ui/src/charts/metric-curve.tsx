"use client";
import type { ReactNode } from "react";
import { LineChart } from "./line-chart.tsx";
import { currentColor } from "./chart-types.ts";
import type { Threshold } from "./chart-types.ts";

export interface MetricCurveProps {
  /** The finding: "MAE 11.46 min, 0.62 better than v6". */
  title: ReactNode;
  name: string;
  points: { x: number; y: number | null }[];
  /** What x counts: "tree", "epoch". */
  xLabel?: string;
  yUnit?: string;
  thresholds?: Threshold[];
  height?: number;
}

/** The small curve of a metric beside a log. */
export function MetricCurve({ title, name, points, xLabel, yUnit, thresholds, height = 130 }: MetricCurveProps) {
  return (
    <figure className="m-0 min-w-0">
      <figcaption className="mb-1 text-sm font-medium">{title}</figcaption>
      <LineChart
        series={[{ id: "metric", name, points, color: currentColor }]}
        x="number"
        xUnit={xLabel}
        yUnit={yUnit}
        thresholds={thresholds}
        height={height}
        label={name}
        endDot
      />
    </figure>
  );
}
