"use client";
import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import type { KeyboardEvent } from "react";
import { StatusBadge } from "../state/status-badge.tsx";
import { describeStatus } from "../state/status.ts";
import { formatDuration } from "../values/format.ts";
import { attemptSpans } from "./gantt-layout.ts";
import type { GanttRow } from "./gantt-layout.ts";
import type { GanttMetrics } from "./gantt-bars.tsx";
import type { GanttLane } from "./gantt-types.ts";

/** A lane in one sentence, for readers who cannot see its bars. */
export function describeLane(lane: GanttLane, now: number): string {
  const attempts = lane.attempts.map((attempt) => {
    const { queue, run } = attemptSpans(attempt, now);
    const parts = [queue ? `queued ${formatDuration(queue[1] - queue[0])}` : null, run ? `ran ${formatDuration(run[1] - run[0])}` : null].filter(Boolean);
    return `attempt ${attempt.number} ${describeStatus(attempt.status).word.toLowerCase()}${parts.length ? `, ${parts.join(", ")}` : ""}`;
  });
  return [lane.stage, describeStatus(lane.status).word, ...attempts, lane.reason || lane.note, lane.critical ? "on the critical path" : null]
    .filter(Boolean)
    .join("; ");
}

export interface GanttLanesProps {
  rows: GanttRow[];
  metrics: GanttMetrics;
  now: number;
  selectedId: string | null;
  onSelect: (laneId: string) => void;
  onToggle: (laneId: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

function quietWords(row: GanttRow, phone: boolean): string | null {
  if (row.childCount > 0) return `${row.doneCount} of ${row.childCount}${row.childCount < 100 ? " done" : ""}`;
  return phone ? row.lane.reason || row.lane.note || null : null;
}

function Lane({
  row,
  metrics,
  now,
  selected,
  tabStop,
  onSelect,
  onToggle,
  onKeyDown,
}: {
  row: GanttRow;
  metrics: GanttMetrics;
  now: number;
  selected: boolean;
  tabStop: boolean;
  onSelect: () => void;
  onToggle: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}) {
  const { lane } = row;
  const quiet = quietWords(row, metrics.phone);
  const stage = row.firstOfStage && !metrics.phone ? lane.stage.charAt(0).toUpperCase() + lane.stage.slice(1) : "";
  return (
    <div
      role="option"
      aria-selected={selected}
      tabIndex={tabStop ? 0 : -1}
      data-lane={lane.id}
      onClick={onSelect}
      onKeyDown={onKeyDown}
      style={{ height: metrics.row }}
      className={clsx(
        "relative grid cursor-pointer items-center pr-3 pl-4 text-sm outline-offset-[-2px]",
        metrics.phone ? "grid-cols-[minmax(0,1fr)] content-start pt-1" : "grid-cols-[56px_minmax(0,1fr)] hover:bg-hover",
        row.firstOfStage && !metrics.phone && "shadow-[0_-1px_0_var(--color-line)]",
        selected && "font-medium",
        selected && !metrics.phone && "bg-hover before:absolute before:inset-y-0 before:left-0 before:w-0.5 before:bg-accent",
      )}
    >
      {metrics.phone ? null : <span className="truncate text-xs font-normal text-ink-3">{stage}</span>}
      <span className={clsx("flex min-w-0 items-center gap-1.5 overflow-hidden", row.depth > 0 && !metrics.phone && "pl-5")}>
        {row.childCount > 0 ? (
          // Not a button: an option may hold none, and the arrow keys do the same.
          <span
            aria-hidden
            data-fold
            onClick={(event) => {
              event.stopPropagation();
              onToggle();
            }}
            className="-ml-0.5 grid size-4 shrink-0 place-items-center text-ink-3 hover:text-ink"
          >
            <ChevronRight aria-hidden className={clsx("size-3.5 transition-[rotate]", !row.folded && "rotate-90")} />
          </span>
        ) : null}
        <StatusBadge status={lane.status} variant="icon" size="sm" />
        <span className="min-w-0 truncate max-md:max-w-[60%] max-md:shrink-0" title={lane.label}>
          {lane.label}
        </span>
        <span className="sr-only">{`. ${describeLane(lane, now)}${row.childCount > 0 ? `; ${row.childCount} lanes, ${row.folded ? "folded" : "open"}` : ""}`}</span>
        {quiet === null ? null : <span className="ml-auto shrink-0 truncate pl-2 max-md:min-w-0 max-md:shrink-4 text-xs font-normal text-ink-2">{quiet}</span>}
      </span>
    </div>
  );
}

/** Names and states of the lanes, and the way through them by keyboard. */
export function GanttLanes({ rows, metrics, now, selectedId, onSelect, onToggle, onKeyDown }: GanttLanesProps) {
  const tabStop = rows.some((row) => row.lane.id === selectedId) ? selectedId : rows[0]?.lane.id;
  return rows.map((row) => (
    <Lane
      key={row.lane.id}
      row={row}
      metrics={metrics}
      now={now}
      selected={row.lane.id === selectedId}
      tabStop={row.lane.id === tabStop}
      onSelect={() => onSelect(row.lane.id)}
      onToggle={() => onToggle(row.lane.id)}
      onKeyDown={onKeyDown}
    />
  ));
}
