"use client";
import { clsx } from "clsx";
import { Minus, Plus } from "lucide-react";
import { useImperativeHandle, useMemo, useRef, useState } from "react";
import type { KeyboardEvent, Ref, RefObject } from "react";
import { findByData } from "../foundation/find-by-data.ts";
import { useIsPhone } from "../foundation/use-media.ts";
import { useWidth } from "../foundation/use-width.ts";
import { formatClock } from "../values/format.ts";
import { GanttBars, ganttMetrics } from "./gantt-bars.tsx";
import { GanttLanes } from "./gantt-lanes.tsx";
import { ganttLayout } from "./gantt-layout.ts";
import { GanttLegend } from "./gantt-legend.tsx";
import type { GanttData, GanttSelection } from "./gantt-types.ts";
import { useRunClock, useZoom } from "./use-gantt-view.ts";

export interface GanttHandle {
  zoomIn: () => void;
  zoomOut: () => void;
  fit: () => void;
}

export interface GanttProps {
  data: GanttData;
  label: string;
  selected?: GanttSelection | null;
  onSelect?: (selection: GanttSelection) => void;
  /** Enter or a double click: show its log. */
  onOpen?: (selection: GanttSelection) => void;
  legend?: boolean;
  ref?: Ref<GanttHandle>;
}

// More children than this are folded into a density strip at first.
const foldAbove = 8;
const step = 1.5;

function manyChildren(data: GanttData): Set<string> {
  const counts = new Map<string, number>();
  for (const lane of data.lanes) if (lane.parent) counts.set(lane.parent, (counts.get(lane.parent) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count > foldAbove).map(([id]) => id));
}

// By hand: Set.symmetricDifference is younger than the browsers we support.
function flip(set: ReadonlySet<string>, other: Iterable<string>): Set<string> {
  const next = new Set(set);
  for (const id of other) if (!next.delete(id)) next.add(id);
  return next;
}

function useFolded(data: GanttData) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const folded = useMemo(() => flip(manyChildren(data), toggled), [data, toggled]);
  return { folded, toggle: (id: string) => setToggled((last) => flip(last, [id])) };
}

function nextAttempt(data: GanttData, selection: GanttSelection | null, by: 1 | -1): GanttSelection | null {
  const lane = data.lanes.find((candidate) => candidate.id === selection?.laneId);
  if (!lane || lane.attempts.length === 0) return null;
  const at = lane.attempts.findIndex((attempt) => attempt.number === selection?.attempt);
  const from = at < 0 ? lane.attempts.length - 1 : at;
  const next = lane.attempts[Math.max(0, Math.min(lane.attempts.length - 1, from + by))];
  return next ? { laneId: lane.id, attempt: next.number } : null;
}

function runKey(event: KeyboardEvent, keys: Record<string, () => void>) {
  const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

/**
 * Steps of a run over time: a lane each, a bar for every attempt. `j` and `k` move, Enter opens, `[` and `]` change the
 * attempt, `+`, `-` and `0` or Ctrl and the wheel zoom.
 */
export function Gantt({ data, label, selected: given, onSelect, onOpen, legend = true, ref }: GanttProps) {
  const phone = useIsPhone();
  const metrics = ganttMetrics(phone);
  const now = useRunClock(data);
  const scroller = useRef<HTMLDivElement>(null);
  const lanes = useRef<HTMLDivElement>(null);
  const viewWidth = useWidth(scroller, 800);
  const { zoom, zoomBy, fit } = useZoom(scroller);
  const { folded, toggle } = useFolded(data);
  const [own, setOwn] = useState<GanttSelection | null>(null);
  const selected = given === undefined ? own : given;
  const width = Math.round(Math.max(phone ? 280 : 480, viewWidth) * zoom);
  const layout = useMemo(() => ganttLayout(data, { width, now, folded, tickGap: phone ? 88 : 120, texts: !phone }), [data, width, now, folded, phone]);
  useImperativeHandle(ref, () => ({ zoomIn: () => zoomBy(step), zoomOut: () => zoomBy(1 / step), fit }));

  function select(selection: GanttSelection) {
    setOwn(selection);
    onSelect?.(selection);
  }
  function move(by: number) {
    const at = layout.rows.findIndex((row) => row.lane.id === selected?.laneId);
    const row = layout.rows[at < 0 ? 0 : Math.max(0, Math.min(layout.rows.length - 1, at + by))];
    if (!row) return;
    select({ laneId: row.lane.id });
    findByData(lanes.current, "lane", row.lane.id)?.focus();
  }
  function changeAttempt(by: 1 | -1) {
    const next = nextAttempt(data, selected, by);
    if (next) select(next);
  }
  function fold(wanted: boolean) {
    const row = layout.rows.find((candidate) => candidate.lane.id === selected?.laneId);
    if (row && row.childCount > 0 && row.folded !== wanted) toggle(row.lane.id);
  }
  const onKeyDown = (event: KeyboardEvent) =>
    runKey(event, {
      j: () => move(1),
      ArrowDown: () => move(1),
      k: () => move(-1),
      ArrowUp: () => move(-1),
      Enter: () => {
        if (selected) (onOpen ?? onSelect)?.(selected);
      },
      " ": () => {
        if (selected) onSelect?.(selected);
      },
      ArrowRight: () => fold(false),
      ArrowLeft: () => fold(true),
      "[": () => changeAttempt(-1),
      "]": () => changeAttempt(1),
      "+": () => zoomBy(step),
      "=": () => zoomBy(step),
      "-": () => zoomBy(1 / step),
      "0": fit,
    });

  return (
    <div className="min-w-0">
      <div
        className={clsx(
          "relative",
          !phone && "grid grid-cols-[208px_minmax(0,1fr)] lg:grid-cols-[272px_minmax(0,1fr)]",
          layout.rows.length > 40 && "max-h-[75vh] overflow-y-auto",
        )}
      >
        <div
          ref={lanes}
          role="listbox"
          aria-label={label}
          style={{ paddingTop: metrics.top }}
          className={phone ? "absolute inset-0 z-1" : "border-r border-line"}
        >
          <GanttLanes
            rows={layout.rows}
            metrics={metrics}
            now={now}
            selectedId={selected?.laneId ?? null}
            onSelect={(laneId) => select({ laneId })}
            onToggle={toggle}
            onKeyDown={onKeyDown}
          />
        </div>
        <div
          ref={scroller}
          tabIndex={-1}
          className="min-w-0 overflow-x-auto overflow-y-hidden"
          onDoubleClick={() => {
            if (selected) onOpen?.(selected);
          }}
        >
          <GanttBars
            layout={layout}
            metrics={metrics}
            startLabel={formatClock(data.startedAt)}
            nowLabel={formatClock(now)}
            selected={selected}
            onSelect={select}
          />
        </div>
      </div>
      {legend ? <GanttLegend /> : null}
    </div>
  );
}

/** Zoom buttons for the head of the card that holds a Gantt. */
export function GanttZoom({ gantt }: { gantt: RefObject<GanttHandle | null> }) {
  const classes =
    "grid h-6.5 min-w-7 place-items-center border-0 border-line bg-surface px-2 font-sans text-xs text-ink-2 outline-offset-[-2px] not-first:border-l hover:bg-hover hover:text-ink";
  return (
    <span role="group" aria-label="Zoom of the time axis" className="inline-flex overflow-hidden rounded-md border border-line-strong">
      <button type="button" aria-label="Zoom out" className={classes} onClick={() => gantt.current?.zoomOut()}>
        <Minus aria-hidden className="size-3.5" />
      </button>
      <button type="button" className={classes} onClick={() => gantt.current?.fit()}>
        Fit
      </button>
      <button type="button" aria-label="Zoom in" className={classes} onClick={() => gantt.current?.zoomIn()}>
        <Plus aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}
