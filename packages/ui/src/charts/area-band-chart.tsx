"use client";
import { useState } from "react";
import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { SegmentedControl } from "../navigation/segmented-control.tsx";
import { formatNumber } from "../values/format.ts";
import { timeTickLabel, timeTicks, valueAxis } from "./chart-data.ts";
import { axisTick, eventLines, gridColor, thresholdLines, TooltipBox, valueTick, xWords } from "./chart-parts.tsx";
import { currentColor } from "./chart-types.ts";
import type { ChartEvent, Threshold } from "./chart-types.ts";

export interface BandPoint {
  x: number;
  y: number | null;
  low: number | null;
  high: number | null;
  /** Inner band, such as p25 to p75. */
  low2?: number | null;
  high2?: number | null;
}

export interface AreaBandChartProps {
  points: BandPoint[];
  /** Name of the line: "median". */
  name: string;
  /** Name of the band: "p10 to p90". */
  bandName: string;
  innerBandName?: string;
  x?: "time" | "number";
  height?: number;
  yUnit?: string;
  thresholds?: Threshold[];
  events?: ChartEvent[];
  label: string;
  /** Value of the reference, as a grey line. */
  reference?: { value: number; label: string };
  logSwitch?: boolean;
  syncId?: string;
  color?: string;
}

function isPoint(value: unknown): value is BandPoint {
  return typeof value === "object" && value !== null && "low" in value && "high" in value && "x" in value;
}

const pair = (low: number | null | undefined, high: number | null | undefined): [number, number] | null => (low == null || high == null ? null : [low, high]);
const range = (low: number | null | undefined, high: number | null | undefined) =>
  low == null || high == null ? "no data" : `${formatNumber(low)} to ${formatNumber(high)}`;

/** A line with the band it lies in: quantiles or uncertainty. Missing points are gaps. */
export function AreaBandChart(props: AreaBandChartProps) {
  const {
    points,
    name,
    bandName,
    innerBandName = "inner band",
    x = "time",
    height = 220,
    yUnit,
    thresholds,
    events,
    label,
    reference,
    logSwitch = false,
    syncId,
    color = currentColor,
  } = props;
  const [log, setLog] = useState(false);
  const from = points[0]?.x ?? 0;
  const to = points[points.length - 1]?.x ?? 1;
  const axis = valueAxis([
    ...points.flatMap((point) => [point.y, point.low, point.high].filter((value) => value !== null)),
    ...(thresholds ?? []).map((threshold) => threshold.value),
    ...(reference ? [reference.value] : []),
  ]);
  const inner = points.some((point) => point.low2 != null);
  return (
    <div role="group" aria-label={label} className="min-w-0">
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
        <ComposedChart data={points} syncId={syncId} syncMethod="value" margin={{ top: events?.length ? 20 : 10, right: 12, bottom: 0, left: 0 }} title={label}>
          <CartesianGrid vertical={false} stroke={gridColor} />
          <XAxis
            dataKey="x"
            type="number"
            domain={[from, to]}
            ticks={x === "time" ? timeTicks(from, to, 6) : undefined}
            tick={axisTick}
            stroke={gridColor}
            tickLine={false}
            minTickGap={24}
            height={22}
            tickFormatter={(value: number) => (x === "time" ? timeTickLabel(value, from, to) : formatNumber(value, { compact: true }))}
          />
          <YAxis
            scale={log ? "log" : "auto"}
            domain={log ? ["auto", "auto"] : (axis?.domain ?? [0, 1])}
            ticks={log ? undefined : axis?.ticks}
            allowDataOverflow={log}
            width="auto"
            tick={axisTick}
            axisLine={false}
            tickLine={false}
            tickFormatter={valueTick(log ? undefined : axis, yUnit, undefined)}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: "var(--color-ink-3)", strokeDasharray: "2 2" }}
            content={({ active, payload }) => {
              const point: unknown = payload?.[0]?.payload;
              if (!active || !isPoint(point)) return null;
              const rows = [
                { name, color, value: point.y === null ? "no data" : `${formatNumber(point.y)}${yUnit ? ` ${yUnit}` : ""}` },
                ...(inner ? [{ name: innerBandName, color, value: range(point.low2, point.high2) }] : []),
                { name: bandName, color, value: range(point.low, point.high) },
              ];
              return <TooltipBox head={xWords(point.x, x, undefined)} rows={rows} />;
            }}
          />
          {x === "time" ? eventLines(events, from, to) : null}
          <Area
            dataKey={(point: BandPoint) => pair(point.low, point.high)}
            stroke="none"
            fill={color}
            fillOpacity={0.14}
            isAnimationActive={false}
            activeDot={false}
          />
          {inner ? (
            <Area
              dataKey={(point: BandPoint) => pair(point.low2, point.high2)}
              stroke="none"
              fill={color}
              fillOpacity={0.2}
              isAnimationActive={false}
              activeDot={false}
            />
          ) : null}
          {reference === undefined ? null : (
            <ReferenceLine
              y={reference.value}
              stroke="var(--color-ref)"
              strokeDasharray="4 3"
              ifOverflow="extendDomain"
              label={{ value: reference.label, position: "insideTopLeft", fill: "var(--color-ink-3)", fontSize: 11 }}
            />
          )}
          {thresholdLines(thresholds)}
          <Line dataKey="y" stroke={color} strokeWidth={2} dot={false} activeDot={{ r: 3, fill: color, stroke: color }} isAnimationActive={false} />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}
