"use client";
import { useId } from "react";
import { statusColor } from "../state/status.ts";
import type { DensityCell, GanttBar, GanttLayout, GanttRow } from "./gantt-layout.ts";
import type { GanttSelection } from "./gantt-types.ts";

export interface GanttMetrics {
  row: number;
  top: number;
  barTop: number;
  barHeight: number;
  phone: boolean;
}

/** Heights of the two forms: one line a lane, or two on a phone (name above, bar below). */
export function ganttMetrics(phone: boolean): GanttMetrics {
  return phone ? { row: 44, top: 28, barTop: 27, barHeight: 9, phone } : { row: 28, top: 28, barTop: 5, barHeight: 15, phone };
}

function Shape({ bar, y, height, hatch, radius }: { bar: GanttBar; y: number; height: number; hatch: string; radius: number }) {
  const color = statusColor(bar.status);
  const inner = { x: bar.x + 0.5, y: y + 0.5, width: Math.max(1, bar.width - 1), height: height - 1 };
  switch (bar.kind) {
    case "queue":
      return <rect {...inner} fill={`url(#${hatch})`} stroke="var(--color-queue)" />;
    case "cached":
      return (
        <rect
          x={bar.x + 0.75}
          y={y + 0.75}
          width={bar.width - 1.5}
          height={height - 1.5}
          rx={radius}
          fill="var(--color-surface)"
          stroke="var(--color-cached)"
          strokeWidth={1.5}
        />
      );
    case "outline":
      return <rect {...inner} rx={radius} fill="var(--color-surface)" stroke="var(--color-ink-3)" />;
    case "expected":
      return <rect {...inner} rx={radius} fill="none" stroke="var(--color-ink-3)" strokeDasharray="3 2" />;
    case "solid":
      return <rect x={bar.x} y={y} width={bar.width} height={height} rx={radius} fill={color} />;
  }
}

function Bar({ bar, y, metrics, hatch, onClick }: { bar: GanttBar; y: number; metrics: GanttMetrics; hatch: string; onClick: () => void }) {
  const textY = y + 11.5;
  return (
    <g onClick={onClick} className="cursor-pointer">
      <title>{bar.title}</title>
      <Shape bar={bar} y={y} height={metrics.barHeight} hatch={hatch} radius={metrics.phone ? 2 : 3} />
      {bar.text === null || metrics.phone ? null : bar.kind === "queue" ? (
        <text
          x={bar.x + bar.width / 2}
          y={textY}
          textAnchor="middle"
          fill="var(--color-ink)"
          stroke="var(--color-surface)"
          strokeWidth={5}
          strokeLinejoin="round"
          paintOrder="stroke"
        >
          {bar.text}
        </text>
      ) : (
        <text x={bar.x + 8} y={textY} fill={bar.kind === "solid" ? "var(--color-on-accent)" : "var(--color-ink)"} fontWeight={550}>
          {bar.text}
        </text>
      )}
    </g>
  );
}

function Density({ cell, y, height }: { cell: DensityCell; y: number; height: number }) {
  let ground = y + height;
  return cell.parts.map((part) => {
    const tall = Math.max(1.5, part.share * height);
    ground -= tall;
    return <rect key={part.status} x={cell.x} y={ground} width={cell.width - 1} height={tall} fill={statusColor(part.status)} pointerEvents="none" />;
  });
}

function Row({
  row,
  index,
  layout,
  metrics,
  hatch,
  selected,
  onSelect,
}: {
  row: GanttRow;
  index: number;
  layout: GanttLayout;
  metrics: GanttMetrics;
  hatch: string;
  selected: boolean;
  onSelect: (selection: GanttSelection) => void;
}) {
  const y = metrics.top + index * metrics.row;
  const barY = y + metrics.barTop;
  const lineY = metrics.phone ? barY + 11 : y + 23;
  return (
    <g>
      {selected && !metrics.phone ? <rect x={0} y={y} width={layout.width} height={metrics.row} fill="var(--color-hover)" /> : null}
      {row.firstOfStage ? <line x1={0} x2={layout.width} y1={y - 0.5} y2={y - 0.5} stroke="var(--color-line)" /> : null}
      <rect
        x={0}
        y={y}
        width={layout.width}
        height={metrics.row}
        fill="transparent"
        className="cursor-pointer"
        onClick={() => onSelect({ laneId: row.lane.id })}
      />
      {row.span ? (
        <path d={`M${row.span.x} ${barY + (metrics.phone ? 9 : 13)}v-6h${row.span.width}v6`} fill="none" stroke="var(--color-control)" strokeWidth={1.5} />
      ) : null}
      {row.density.map((cell) => (
        <Density key={cell.x} cell={cell} y={barY} height={metrics.barHeight} />
      ))}
      {row.bars.map((bar, at) => (
        <Bar
          key={at}
          bar={bar}
          y={barY}
          metrics={metrics}
          hatch={hatch}
          onClick={() => onSelect(bar.attempt === null ? { laneId: row.lane.id } : { laneId: row.lane.id, attempt: bar.attempt })}
        />
      ))}
      {row.critical.map((line) =>
        line.dashed ? (
          <line
            key={`${line.x}-`}
            x1={line.x}
            x2={line.x + line.width}
            y1={lineY + 1}
            y2={lineY + 1}
            stroke="var(--color-ink)"
            strokeWidth={2}
            strokeDasharray="3 3"
          />
        ) : (
          <rect key={line.x} x={line.x} y={lineY} width={line.width} height={2} fill="var(--color-ink)" />
        ),
      )}
      {metrics.phone && layout.nowX !== null ? (
        <line x1={layout.nowX} x2={layout.nowX} y1={barY - 3} y2={barY + metrics.barHeight + 6} stroke="var(--color-accent)" strokeWidth={1.5} />
      ) : null}
      {row.text && !metrics.phone ? (
        <text x={row.text.x} y={barY + 11.5} textAnchor={row.text.anchor} fill="var(--color-ink-2)" pointerEvents="none">
          {row.text.text}
        </text>
      ) : null}
    </g>
  );
}

function Ticks({ layout, height, metrics, startLabel }: { layout: GanttLayout; height: number; metrics: GanttMetrics; startLabel: string }) {
  const clear = metrics.phone ? 40 : 72;
  return layout.ticks.map((tick, index) => {
    const last = tick.x > layout.width - 48;
    return (
      <g key={tick.offset}>
        <line x1={tick.x} x2={tick.x} y1={metrics.top} y2={height} stroke="var(--color-line)" opacity={0.7} />
        {layout.nowX !== null && Math.abs(tick.x - layout.nowX) < clear ? null : (
          <text x={tick.x} y={18} fill="var(--color-ink-3)" textAnchor={index === 0 ? "start" : last ? "end" : "middle"}>
            {index === 0 ? startLabel : tick.label}
          </text>
        )}
      </g>
    );
  });
}

function Now({ x, height, width, label, phone }: { x: number; height: number; width: number; label: string; phone: boolean }) {
  const words = phone ? "Now" : `Now ${label}`;
  const pill = phone ? 42 : 92;
  const left = Math.min(Math.max(0, x - pill / 2), width - pill);
  return (
    <g pointerEvents="none">
      {phone ? null : <line x1={x} x2={x} y1={22} y2={height} stroke="var(--color-accent)" strokeWidth={1.5} />}
      <rect x={left} y={4} width={pill} height={18} rx={9} fill="var(--color-accent)" />
      <text x={left + pill / 2} y={17} textAnchor="middle" fill="var(--color-on-accent)" fontWeight={550}>
        {words}
      </text>
    </g>
  );
}

export interface GanttBarsProps {
  layout: GanttLayout;
  metrics: GanttMetrics;
  startLabel: string;
  nowLabel: string;
  selected: GanttSelection | null;
  onSelect: (selection: GanttSelection) => void;
}

/** The picture part of the Gantt. Readers get the same from the lanes beside it. */
export function GanttBars({ layout, metrics, startLabel, nowLabel, selected, onSelect }: GanttBarsProps) {
  const hatch = `hatch-${useId()}`;
  const height = metrics.top + layout.rows.length * metrics.row + (metrics.phone ? 4 : 8);
  return (
    <svg aria-hidden width={layout.width} height={height} className="block font-sans text-xs select-none">
      <defs>
        <pattern id={hatch} width={5} height={5} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width={5} height={5} fill="var(--color-surface)" />
          <rect width={1.5} height={5} fill="var(--color-queue)" opacity={0.65} />
        </pattern>
      </defs>
      <Ticks layout={layout} height={height} metrics={metrics} startLabel={startLabel} />
      {layout.rows.map((row, index) => (
        <Row
          key={row.lane.id}
          row={row}
          index={index}
          layout={layout}
          metrics={metrics}
          hatch={hatch}
          selected={row.lane.id === selected?.laneId}
          onSelect={onSelect}
        />
      ))}
      {layout.nowX === null ? null : <Now x={layout.nowX} height={height} width={layout.width} label={nowLabel} phone={metrics.phone} />}
    </svg>
  );
}
