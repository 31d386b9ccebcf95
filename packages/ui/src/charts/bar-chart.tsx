"use client";
import { Bar, CartesianGrid, BarChart as Base, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { formatNumber } from "../values/format.ts";
import { valueAxis } from "./chart-data.ts";
import { axisTick, gridColor, thresholdLines, TooltipBox, valueTick } from "./chart-parts.tsx";
import { seriesColor } from "./chart-types.ts";
import type { Threshold } from "./chart-types.ts";

export interface BarDatum {
  label: string;
  values: Record<string, number | null>;
}

export interface BarChartProps {
  data: BarDatum[];
  series: { id: string; name: string; color?: string; reference?: boolean }[];
  stacked?: boolean;
  height?: number;
  yUnit?: string;
  label: string;
  /** Bars to the right, for long names. */
  horizontal?: boolean;
  thresholds?: Threshold[];
  formatY?: (value: number) => string;
}

function isDatum(value: unknown): value is BarDatum {
  return typeof value === "object" && value !== null && "label" in value && "values" in value;
}

/** Bars by category, beside each other or stacked. */
export function BarChart({ data, series, stacked = false, height = 220, yUnit, label, horizontal = false, thresholds, formatY }: BarChartProps) {
  const words = (value: number) => formatY?.(value) ?? `${formatNumber(value)}${yUnit ? ` ${yUnit}` : ""}`;
  const sums = data.map((datum) => series.reduce((sum, one) => sum + (datum.values[one.id] ?? 0), 0));
  const singles = data.flatMap((datum) => series.map((one) => datum.values[one.id] ?? 0));
  const axis = valueAxis([0, ...(stacked ? sums : singles), ...(thresholds ?? []).map((threshold) => threshold.value)]);
  const scale = { domain: axis?.domain ?? [0, 1], ticks: axis?.ticks, tickFormatter: valueTick(axis, yUnit, formatY), tick: axisTick, tickLine: false };
  const category = <XAxis dataKey="label" tick={axisTick} stroke={gridColor} tickLine={false} minTickGap={8} />;
  const number = <YAxis {...scale} width="auto" axisLine={false} />;
  return (
    <div role="group" aria-label={label} className="min-w-0">
      <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 600, height }}>
        <Base
          data={data}
          layout={horizontal ? "vertical" : "horizontal"}
          margin={{ top: 10, right: 12, bottom: 0, left: 0 }}
          barGap={2}
          barCategoryGap="22%"
          title={label}
        >
          <CartesianGrid vertical={horizontal} horizontal={!horizontal} stroke={gridColor} />
          {horizontal ? <XAxis {...scale} type="number" stroke={gridColor} /> : category}
          {horizontal ? <YAxis type="category" dataKey="label" width="auto" tick={axisTick} axisLine={false} tickLine={false} /> : number}
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: "var(--color-hover)", opacity: 0.6 }}
            content={({ active, payload }) => {
              const datum: unknown = payload?.[0]?.payload;
              if (!active || !isDatum(datum)) return null;
              return (
                <TooltipBox
                  head={datum.label}
                  rows={series.map((one, index) => ({
                    name: one.name,
                    color: seriesColor(one, index),
                    value: datum.values[one.id] == null ? "no data" : words(datum.values[one.id] ?? 0),
                  }))}
                />
              );
            }}
          />
          {thresholdLines(thresholds)}
          {series.map((one, index) => (
            <Bar
              key={one.id}
              dataKey={(datum: BarDatum) => datum.values[one.id] ?? null}
              name={one.name}
              fill={seriesColor(one, index)}
              stackId={stacked ? "all" : undefined}
              isAnimationActive={false}
              maxBarSize={36}
              radius={stacked ? 0 : 2}
            />
          ))}
        </Base>
      </ResponsiveContainer>
    </div>
  );
}
