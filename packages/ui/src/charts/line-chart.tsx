"use client";
import { useMemo, useState } from "react";
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { SegmentedControl } from "../navigation/segmented-control.tsx";
import { formatNumber } from "../values/format.ts";
import { chartRows, timeTickLabel, timeTicks, valueAxis } from "./chart-data.ts";
import type { ChartRow, Stretch } from "./chart-data.ts";
import { axisTick, eventLines, gridColor, thresholdLines, TooltipBox, valueTick, xWords } from "./chart-parts.tsx";
import { seriesColor } from "./chart-types.ts";
import type { ChartEvent, Series, Threshold, XKind } from "./chart-types.ts";

export interface LineChartProps {
  series: Series[];
  x?: XKind;
  height?: number;
  yUnit?: string;
  xUnit?: string;
  thresholds?: Threshold[];
  events?: ChartEvent[];
  /** Offers a logarithmic scale (values must be above zero). */
  logSwitch?: boolean;
  yDomain?: [number | "auto", number | "auto"];
  /** Charts with the same id share their crosshair. */
  syncId?: string;
  /** What it says, for readers. */
  label: string;
  formatY?: (value: number) => string;
  /** Fills below the lines. */
  area?: boolean;
  /** A dot at the end of each line. */
  endDot?: boolean;
  /** Ends of the x axis, so that charts of a page line up. */
  xDomain?: [number, number];
}

function numericEnds(rows: ChartRow[], given: [number, number] | undefined): [number, number] {
  if (given) return given;
  const xs = rows.map((row) => row.x).filter((x): x is number => typeof x === "number");
  return xs.length === 0 ? [0, 1] : [xs[0] ?? 0, xs[xs.length - 1] ?? 1];
}

function lineOf(stretch: Stretch, series: Series, color: string, rows: ChartRow[], options: { area: boolean; endDot: boolean }) {
  const lastRow = rows.findLastIndex((row) => row[stretch.key] !== undefined);
  const dot =
    series.dots || stretch.single
      ? { r: 2.5, fill: color, stroke: color }
      : options.endDot && stretch.last
        ? (props: { key?: React.Key | null; index?: number; cx?: number; cy?: number }) =>
            props.index === lastRow ? <circle key={props.key} cx={props.cx} cy={props.cy} r={3} fill={color} /> : <g key={props.key} />
        : false;
  const shared = {
    dataKey: stretch.key,
    stroke: color,
    strokeWidth: series.quiet ? 1.25 : series.reference ? 1.5 : 2,
    strokeDasharray: series.dashed ? "4 3" : undefined,
    connectNulls: true,
    isAnimationActive: false,
    dot,
    activeDot: series.quiet ? false : { r: 3, fill: color, stroke: color },
    type: "linear" as const,
  };
  return options.area && !series.reference ? <Area key={stretch.key} {...shared} fill={color} fillOpacity={0.14} /> : <Line key={stretch.key} {...shared} />;
}

interface TooltipInput {
  active?: boolean;
  payload?: readonly { payload?: unknown }[];
}

function isChartRow(value: unknown): value is ChartRow {
  return typeof value === "object" && value !== null && "x" in value && "values" in value;
}

function tooltipOf(series: Series[], x: XKind, xUnit: string | undefined, words: (value: number) => string) {
  return function Content({ active, payload }: TooltipInput) {
    const row = payload?.[0]?.payload;
    if (!active || !isChartRow(row)) return null;
    const rows = series.flatMap((one, index) => {
      const value = row.values[one.id];
      return value === undefined || one.quiet ? [] : [{ name: one.name, color: seriesColor(one, index), value: value === null ? "no data" : words(value) }];
    });
    return <TooltipBox head={xWords(row.x, x, xUnit)} rows={rows} />;
  };
}

/** Lines over time, a number or categories, with limits, events, gaps and exact values on a shared crosshair. */
export function LineChart(props: LineChartProps) {
  const {
    series,
    x = "time",
    height = 220,
    yUnit,
    xUnit,
    thresholds,
    events,
    logSwitch = false,
    yDomain,
    syncId,
    label,
    formatY,
    area = false,
    endDot = false,
    xDomain,
  } = props;
  const [log, setLog] = useState(false);
  const { rows, stretches } = useMemo(() => chartRows(series), [series]);
  const [from, to] = numericEnds(rows, xDomain);
  const words = (value: number) => formatY?.(value) ?? `${formatNumber(value)}${yUnit ? ` ${yUnit}` : ""}`;
  const numeric = x !== "category";
  const fixed = (end: number | "auto" | undefined) => (typeof end === "number" ? end : undefined);
  const axis = valueAxis(
    [
      ...series.flatMap((one) => one.points.map((point) => point.y ?? Number.NaN)),
      ...(thresholds ?? []).map((threshold) => threshold.value),
      ...(area ? [0] : []),
    ],
    { from: fixed(yDomain?.[0]), to: fixed(yDomain?.[1]) },
  );
  return (
    <div className="relative min-w-0" role="group" aria-label={label}>
      {logSwitch ? (
        <div className="mb-1 flex justify-end">
          <SegmentedControl
            label="Scale of the value axis"
            items={[
              { value: "linear", label: "Linear" },
              { value: "log", label: "Log" },
            ]}
            value={log ? "log" : "linear"}
            onChange={(next) => setLog(next === "log")}
          />
        </div>
      ) : null}
      <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 600, height }}>
        <ComposedChart data={rows} syncId={syncId} syncMethod="value" margin={{ top: events?.length ? 20 : 10, right: 12, bottom: 0, left: 0 }} title={label}>
          <CartesianGrid vertical={false} stroke={gridColor} />
          <XAxis
            dataKey="x"
            type={numeric ? "number" : "category"}
            domain={numeric ? [from, to] : undefined}
            ticks={x === "time" ? timeTicks(from, to, 6) : undefined}
            tickFormatter={(value: number | string) =>
              x === "time" && typeof value === "number"
                ? timeTickLabel(value, from, to)
                : typeof value === "number"
                  ? formatNumber(value, { compact: true })
                  : value
            }
            tick={axisTick}
            stroke={gridColor}
            tickLine={false}
            minTickGap={24}
            allowDuplicatedCategory={false}
            label={xUnit === undefined ? undefined : { value: xUnit, position: "insideBottomRight", offset: 2, fill: "var(--color-ink-3)", fontSize: 11 }}
            height={xUnit === undefined ? 22 : 34}
          />
          <YAxis
            scale={log ? "log" : "auto"}
            domain={log ? ["auto", "auto"] : (axis?.domain ?? [0, 1])}
            ticks={log ? undefined : axis?.ticks}
            interval={0}
            allowDataOverflow={log}
            width="auto"
            tick={axisTick}
            axisLine={false}
            tickLine={false}
            tickFormatter={valueTick(log ? undefined : axis, yUnit, formatY)}
          />
          <Tooltip content={tooltipOf(series, x, xUnit, words)} isAnimationActive={false} cursor={{ stroke: "var(--color-ink-3)", strokeDasharray: "2 2" }} />
          {x === "time" ? eventLines(events, from, to) : null}
          {thresholdLines(thresholds)}
          {stretches.map((stretch) => {
            const one = series[stretch.seriesIndex];
            return one ? lineOf(stretch, one, seriesColor(one, stretch.seriesIndex), rows, { area, endDot }) : null;
          })}
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}
