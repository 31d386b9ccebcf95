"use client";
import { ReferenceLine } from "recharts";
import { formatAbsolute, formatNumber } from "../values/format.ts";
import { thresholdColors } from "./chart-types.ts";
import type { ValueAxis } from "./chart-data.ts";
import type { ChartEvent, Threshold, XKind } from "./chart-types.ts";

export const axisTick = { fill: "var(--color-ink-3)", fontSize: 11 };
export const gridColor = "var(--color-line)";

/** Words of a tick of the value axis; the unit stands at the top one only. */
export function valueTick(axis: ValueAxis | null | undefined, unit: string | undefined, format: ((value: number) => string) | undefined) {
  const top = axis?.ticks.at(-1);
  return (value: number) => format?.(value) ?? `${formatNumber(value, { compact: true })}${unit && (top === undefined || value === top) ? ` ${unit}` : ""}`;
}

interface LabelBox {
  viewBox?: unknown;
}

function boxOf(value: unknown): { x: number; y: number; width: number } {
  if (typeof value !== "object" || value === null) return { x: 0, y: 0, width: 0 };
  const read = (name: string) => {
    const found: unknown = Reflect.get(value, name);
    return typeof found === "number" ? found : 0;
  };
  return { x: read("x"), y: read("y"), width: read("width") };
}

function ThresholdLabel({ viewBox, threshold, color }: LabelBox & { threshold: Threshold; color: string }) {
  const box = boxOf(viewBox);
  return (
    <text
      x={box.x + 4}
      y={box.y < 18 ? box.y + 12 : box.y - 4}
      fontSize={11}
      fill={threshold.tone === "neutral" ? "var(--color-ink-2)" : threshold.tone === "warn" ? "var(--color-warn-ink)" : color}
      stroke="var(--color-surface)"
      strokeWidth={3}
      paintOrder="stroke"
    >
      {threshold.label}
    </text>
  );
}

/** Limits as labelled dashed lines; the axis grows to show them. */
export function thresholdLines(thresholds: readonly Threshold[] | undefined) {
  return thresholds?.map((threshold) => {
    const color = thresholdColors[threshold.tone ?? "fail"];
    return (
      <ReferenceLine
        key={`${threshold.label}${threshold.value}`}
        y={threshold.value}
        stroke={color}
        strokeDasharray="4 3"
        ifOverflow="extendDomain"
        label={(props: LabelBox) => <ThresholdLabel viewBox={props.viewBox} threshold={threshold} color={color} />}
      />
    );
  });
}

const eventMarks = { deploy: "▲", data: "◆", alert: "!", other: "•" };

function EventLabel({ viewBox, event, words, right }: LabelBox & { event: ChartEvent; words: boolean; right: boolean }) {
  const box = boxOf(viewBox);
  return (
    <text x={box.x + (right ? -4 : 4)} y={box.y - 5} textAnchor={right ? "end" : "start"} fontSize={11} fill="var(--color-ink-2)">
      <title>{`${event.label}, ${formatAbsolute(event.at)}`}</title>
      {eventMarks[event.kind ?? "other"]}
      {words ? ` ${event.label}` : ""}
    </text>
  );
}

/** Deploys, data changes and alerts as ticks on the time axis. Words only while they are few. */
export function eventLines(events: readonly ChartEvent[] | undefined, from: number, to: number) {
  const seen = events?.filter((event) => event.at >= from && event.at <= to);
  return seen?.map((event) => (
    <ReferenceLine
      key={`${event.label}${event.at}`}
      x={event.at}
      stroke="var(--color-ink-3)"
      strokeDasharray={event.kind === "data" ? "3 2" : undefined}
      label={(props: LabelBox) => <EventLabel viewBox={props.viewBox} event={event} words={seen.length <= 3} right={event.at > from + (to - from) * 0.7} />}
    />
  ));
}

/** x in words for the head of a tooltip. */
export function xWords(x: number | string, kind: XKind, unit: string | undefined): string {
  if (kind === "time") return formatAbsolute(x);
  return `${typeof x === "number" ? formatNumber(x) : x}${unit ? ` ${unit}` : ""}`;
}

export interface TooltipRow {
  name: string;
  color: string;
  value: string;
}

/** Surface of every chart tooltip. */
export function TooltipBox({ head, rows }: { head: string; rows: TooltipRow[] }) {
  return (
    <div className="min-w-36 rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs text-ink shadow-float">
      <div className="mb-1 text-ink-2">{head}</div>
      {rows.map((row) => (
        <div key={row.name} className="flex items-center gap-1.5">
          <span aria-hidden className="size-2 rounded-xs" style={{ background: row.color }} />
          <span className="flex-1">{row.name}</span>
          <b className="pl-3 font-mono">{row.value}</b>
        </div>
      ))}
    </div>
  );
}
