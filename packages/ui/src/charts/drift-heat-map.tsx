"use client";
import { clsx } from "clsx";
import { Fragment, useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { findByData } from "../foundation/find-by-data.ts";
import { formatNumber } from "../values/format.ts";
import { heatColor, verdictMarks } from "./heat.ts";
import type { HeatCell } from "./heat.ts";

export interface HeatFeature {
  id: string;
  name: string;
  note?: string;
}

export interface HeatWindow {
  id: string;
  label: string;
  /** Month or week above the labels. */
  group?: string;
}

export interface HeatSelection {
  featureId: string;
  windowId: string;
}

export interface DriftHeatMapProps {
  features: HeatFeature[];
  windows: HeatWindow[];
  cell: (featureId: string, windowId: string) => HeatCell | null;
  selected?: HeatSelection | null;
  onSelect?: (selection: HeatSelection) => void;
  /** The newest value of a feature, at the right. */
  latest?: (featureId: string) => { value: ReactNode; note?: ReactNode } | null;
  label: string;
  events?: { windowId: string; label: string }[];
  /** Limits of the measure: from `warn` on amber, from `drift` on red. */
  limits: { warn: number; drift: number };
  /** Name of the measure, such as PSI. */
  measure?: string;
}

const hatched = "repeating-linear-gradient(135deg, transparent 0 3px, var(--color-line) 3px 4.5px)";

function describe(feature: HeatFeature, window: HeatWindow, cell: HeatCell | null, measure: string): string {
  if (!cell || cell.value === null) return `${feature.name}, ${window.label}: ${cell?.detail ?? "no verdict"}`;
  return `${feature.name}, ${window.label}: ${measure} ${formatNumber(cell.value)}, ${verdictMarks[cell.verdict].word}${cell.detail ? `, ${cell.detail}` : ""}`;
}

interface CellProps {
  feature: HeatFeature;
  window: HeatWindow;
  cell: HeatCell | null;
  limits: DriftHeatMapProps["limits"];
  measure: string;
  selected: boolean;
  inColumn: boolean;
  tabStop: boolean;
  onSelect: () => void;
  onFocus: () => void;
}

function Cell({ feature, window, cell, limits, measure, selected, inColumn, tabStop, onSelect, onFocus }: CellProps) {
  const words = describe(feature, window, cell, measure);
  const known = cell !== null && cell.value !== null && cell.verdict !== "insufficient";
  const { background, ink } = heatColor(known ? cell.value : null, limits);
  const { symbol } = verdictMarks[cell?.verdict ?? "insufficient"];
  return (
    <td className="h-6.5 p-px">
      <button
        type="button"
        data-cell={`${feature.id}\n${window.id}`}
        aria-label={words}
        aria-pressed={selected}
        title={words}
        tabIndex={tabStop ? 0 : -1}
        onClick={onSelect}
        onFocus={onFocus}
        style={known ? { background, color: ink } : { background: hatched }}
        className={clsx(
          "grid size-full min-w-4 place-items-center rounded-xs border-0 p-0 text-[9px] leading-none",
          selected ? "outline-2 outline-accent" : inColumn && "outline-1 outline-accent/60",
        )}
      >
        {known ? symbol : null}
      </button>
    </td>
  );
}

function Heads({ windows, events }: { windows: HeatWindow[]; events: DriftHeatMapProps["events"] }) {
  const marked = new Map(events?.map((event) => [event.windowId, event.label]));
  return (
    <tr>
      <th scope="col" className="sticky left-0 z-1 bg-surface text-left text-xs font-normal text-ink-3">
        Feature
      </th>
      {windows.map((window, index) => {
        const newGroup = window.group !== undefined && window.group !== windows[index - 1]?.group;
        const event = marked.get(window.id);
        return (
          <th key={window.id} scope="col" className="relative p-0 pb-1 text-center align-bottom text-2xs font-normal whitespace-nowrap text-ink-3">
            {newGroup ? <span className="block text-left font-medium text-ink">{window.group}</span> : null}
            {event === undefined ? null : (
              <span title={event} className="block text-ink-2">
                <span aria-hidden>▲</span>
                <span className="sr-only">{event}</span>
              </span>
            )}
            {window.label}
          </th>
        );
      })}
      <th scope="col" className="pl-3 text-left text-xs font-normal text-ink-3">
        Latest
      </th>
    </tr>
  );
}

// Where not all windows fit, the newest are what one came for.
function showNewest(element: HTMLElement | null) {
  element?.scrollTo?.({ left: element.scrollWidth });
}

/** Drift of every feature in every window: colour by the measure, a symbol for the verdict, click or Enter to look closer. */
export function DriftHeatMap(props: DriftHeatMapProps) {
  const { features, windows, cell, selected = null, onSelect, latest, label, events, limits, measure = "PSI" } = props;
  const table = useRef<HTMLTableElement>(null);
  const [focused, setFocused] = useState<HeatSelection | null>(null);
  const stop = focused ?? selected ?? { featureId: features[0]?.id ?? "", windowId: windows[windows.length - 1]?.id ?? "" };

  function onKeyDown(event: KeyboardEvent) {
    const moves: Record<string, [number, number]> = {
      ArrowRight: [0, 1],
      ArrowLeft: [0, -1],
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      Home: [0, -windows.length],
      End: [0, windows.length],
      j: [1, 0],
      k: [-1, 0],
    };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const clamp = (value: number, length: number) => Math.max(0, Math.min(length - 1, value));
    const feature = features[clamp(features.findIndex((one) => one.id === stop.featureId) + move[0], features.length)];
    const window = windows[clamp(windows.findIndex((one) => one.id === stop.windowId) + move[1], windows.length)];
    if (!feature || !window) return;
    findByData(table.current, "cell", `${feature.id}\n${window.id}`)?.focus();
  }

  return (
    <div ref={showNewest} role="presentation" onKeyDown={onKeyDown} className="min-w-0 overflow-x-auto px-4 py-3">
      <table ref={table} aria-label={label} className="w-full border-collapse text-sm">
        <thead>
          <Heads windows={windows} events={events} />
        </thead>
        <tbody>
          {features.map((feature) => {
            const now = latest?.(feature.id);
            const on = selected?.featureId === feature.id;
            return (
              <tr key={feature.id} className={clsx(on && "bg-accent-soft")}>
                <th
                  scope="row"
                  className={clsx(
                    "sticky left-0 z-1 max-w-44 truncate pr-3 text-left font-mono text-[12.5px] font-normal",
                    on ? "bg-accent-soft font-medium shadow-[inset_2px_0_0_var(--color-accent)]" : "bg-surface",
                    "pl-2",
                  )}
                >
                  {feature.name}
                  {feature.note === undefined ? null : <span className="ml-1.5 font-sans text-xs text-ink-2">{feature.note}</span>}
                </th>
                {windows.map((window) => (
                  <Cell
                    key={window.id}
                    feature={feature}
                    window={window}
                    cell={cell(feature.id, window.id)}
                    limits={limits}
                    measure={measure}
                    selected={on && selected.windowId === window.id}
                    inColumn={selected?.windowId === window.id}
                    tabStop={stop.featureId === feature.id && stop.windowId === window.id}
                    onSelect={() => onSelect?.({ featureId: feature.id, windowId: window.id })}
                    onFocus={() => setFocused({ featureId: feature.id, windowId: window.id })}
                  />
                ))}
                <td className="pl-3 text-left whitespace-nowrap">
                  {now ? (
                    <>
                      <b className="font-mono text-[12.5px]">{now.value}</b>
                      {now.note === undefined ? null : <span className="ml-2 text-xs text-ink-2 max-md:hidden">{now.note}</span>}
                    </>
                  ) : null}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What the cells mean; belongs into the head of the card. */
export function HeatLegend({ limits, measure = "PSI" }: { limits: DriftHeatMapProps["limits"]; measure?: string }) {
  const items: { mark: ReactNode; words: string; value: number | null }[] = [
    { mark: null, words: "no drift", value: 0 },
    { mark: verdictMarks.watch.symbol, words: `watch, ${measure} over ${formatNumber(limits.warn)}`, value: limits.warn },
    { mark: verdictMarks.drifted.symbol, words: `drifted, over ${formatNumber(limits.drift)}`, value: limits.drift * 1.4 },
    { mark: null, words: "no verdict", value: null },
  ];
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-2">
      {items.map((item) => {
        const { background, ink } = heatColor(item.value, limits);
        return (
          <Fragment key={item.words}>
            <span className="inline-flex items-center gap-1.5">
              <span
                aria-hidden
                className="grid h-3 w-4 place-items-center rounded-xs text-[8px]"
                style={item.value === null ? { background: hatched } : { background, color: ink }}
              >
                {item.mark}
              </span>
              {item.words}
            </span>
          </Fragment>
        );
      })}
    </span>
  );
}
