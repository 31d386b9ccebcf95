"use client";
import { ArrowDown } from "lucide-react";
import { useDeferredValue, useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { Button } from "../buttons/button.tsx";
import { EmptyState, Skeleton } from "../display/states.tsx";
import { useRowWindow } from "../foundation/use-row-window.ts";
import type { RowWindow } from "../foundation/use-row-window.ts";
import { advanceCounts, noCounts, searchLog, stepMatch } from "./log-model.ts";
import type { LevelCounts, LogLine } from "./log-model.ts";
import { LogRow } from "./log-row.tsx";
import { LogToolbar } from "./log-toolbar.tsx";

export interface LogViewProps {
  /** The whole list; hand over a new array when lines were added. */
  lines: readonly LogLine[];
  /** More will come: the view follows the end until scrolled up. */
  live?: boolean;
  /** Controlled follow switch; without it the view keeps its own. */
  follow?: boolean;
  onFollowChange?: (follow: boolean) => void;
  /** Pixels or a CSS height. */
  height?: number | string;
  label: string;
  onDownload?: () => void;
  downloadHref?: string;
  /** Line below: "Live, 20 lines, last one just now". */
  status?: ReactNode;
  /** Line number to show and mark, as a rule from the address. */
  highlightLine?: number | null;
  onLineClick?: (number: number) => void;
  loading?: boolean;
  empty?: ReactNode;
  /** Lines that exist before the first one here. */
  truncatedBefore?: number;
  onLoadBefore?: () => void;
  /** More controls in the bar. */
  toolbar?: ReactNode;
}

const lineHeight = 20;

function numberOf(line: LogLine | undefined, index: number): number {
  return typeof line === "object" && line.n !== undefined ? line.n : index + 1;
}

function indexOfNumber(lines: readonly LogLine[], wanted: number): number {
  return lines.findIndex((line, index) => numberOf(line, index) === wanted);
}

/** Keeps the end in view while following; scrolling up lets go, reaching the end takes hold again. */
function useFollow(props: LogViewProps, rowWindow: RowWindow, scroller: React.RefObject<HTMLDivElement | null>) {
  const { lines, live = false, follow: given, onFollowChange } = props;
  const [own, setOwn] = useState(live && !props.highlightLine);
  const [seen, setSeen] = useState(lines.length);
  const follow = given ?? own;
  const lastTop = useRef(0);
  function setFollow(next: boolean) {
    setOwn(next);
    setSeen(lines.length);
    onFollowChange?.(next);
  }
  const toEnd = useEffectEvent(() => {
    if (follow && lines.length > 0) rowWindow.scrollToIndex(lines.length - 1, "end");
  });
  useLayoutEffect(() => toEnd(), [follow, lines.length]);
  function onScroll() {
    const element = scroller.current;
    if (!element) return;
    const up = element.scrollTop < lastTop.current - 4;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < lineHeight;
    lastTop.current = element.scrollTop;
    if (follow && up && !atEnd) setFollow(false);
    else if (!follow && live && atEnd && !up) setFollow(true);
  }
  return { follow, setFollow, onScroll, fresh: follow ? 0 : Math.max(0, lines.length - seen) };
}

function useSearch(lines: readonly LogLine[], rowWindow: RowWindow, letGo: () => void) {
  const [query, setQuery] = useState("");
  const [current, setCurrent] = useState<number | null>(null);
  const deferred = useDeferredValue(query);
  const matches = useMemo(() => searchLog(lines, deferred), [lines, deferred]);
  function step(by: 1 | -1) {
    const next = stepMatch(matches, current, by);
    setCurrent(next);
    const index = next === null ? undefined : matches[next];
    if (index === undefined) return;
    letGo();
    rowWindow.scrollToIndex(index, "center");
  }
  return {
    query,
    setQuery: (next: string) => {
      setQuery(next);
      setCurrent(null);
    },
    deferred,
    matches,
    current,
    currentIndex: current === null ? -1 : (matches[current] ?? -1),
    step,
  };
}

function Lines(props: LogViewProps & { rowWindow: RowWindow; wrap: boolean; query: string; currentIndex: number }) {
  const { lines, rowWindow, wrap, query, currentIndex, highlightLine, onLineClick } = props;
  const showTime = useMemo(() => lines.some((line) => typeof line === "object" && line.at != null), [lines]);
  return (
    <div style={{ height: rowWindow.totalSize }} className="relative min-w-max data-[wrap=true]:min-w-0" data-wrap={wrap}>
      {rowWindow.items.map((item) => {
        const line = lines[item.index];
        if (line === undefined) return null;
        const number = numberOf(line, item.index);
        return (
          <div
            key={item.key}
            ref={wrap ? rowWindow.measureElement : undefined}
            data-index={item.index}
            className="absolute top-0 left-0 w-full"
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <LogRow
              line={line}
              number={number}
              showTime={showTime}
              wrap={wrap}
              query={query}
              current={item.index === currentIndex}
              highlighted={number === highlightLine}
              onNumber={onLineClick}
            />
          </div>
        );
      })}
    </div>
  );
}

function useCounts(lines: readonly LogLine[]): LevelCounts {
  const [counts, setCounts] = useState<LevelCounts>(() => advanceCounts(noCounts, lines));
  if (counts.length === lines.length && counts.first === lines[0]) return counts;
  const next = advanceCounts(counts, lines);
  setCounts(next);
  return next;
}

/** A log of any length: ANSI colours, search, follow, wrap, line links and download. */
export function LogView(props: LogViewProps) {
  const { lines, live = false, height = 420, label, loading = false, empty, status, truncatedBefore = 0, onLoadBefore, highlightLine, toolbar } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [wrap, setWrap] = useState(false);
  const rowWindow = useRowWindow({ count: lines.length, rowHeight: lineHeight, scroller, overscan: 20, initialHeight: 420 });
  const { follow, setFollow, onScroll, fresh } = useFollow(props, rowWindow, scroller);
  const search = useSearch(lines, rowWindow, () => {
    if (follow) setFollow(false);
  });
  const counts = useCounts(lines);

  const remeasure = useEffectEvent(() => rowWindow.remeasure());
  useEffect(() => remeasure(), [wrap]);
  const marked = highlightLine == null ? -1 : indexOfNumber(lines, highlightLine);
  const showMarked = useEffectEvent(() => {
    if (marked >= 0) rowWindow.scrollToIndex(marked, "center");
  });
  useEffect(() => showMarked(), [marked]);

  return (
    <div className="relative flex min-w-0 flex-col">
      <LogToolbar
        query={search.query}
        onQuery={search.setQuery}
        matches={search.query === search.deferred ? search.matches.length : null}
        current={search.current}
        onStep={search.step}
        warnings={counts.warnings}
        errors={counts.errors}
        live={live}
        follow={follow}
        onFollow={setFollow}
        wrap={wrap}
        onWrap={setWrap}
        onDownload={props.onDownload}
        downloadHref={props.downloadHref}
      >
        {toolbar}
      </LogToolbar>
      <div
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={label}
        style={{ height }}
        className="overflow-auto bg-sunken py-2 font-mono text-xs leading-5 outline-offset-[-2px] [overflow-anchor:none]"
      >
        {truncatedBefore > 0 ? (
          <div className="px-3 pb-1 font-sans text-xs text-ink-2">
            {truncatedBefore.toLocaleString("en")} earlier lines are not shown.{" "}
            {onLoadBefore ? (
              <button type="button" onClick={onLoadBefore} className="border-0 bg-transparent p-0 font-sans text-xs text-accent-ink hover:underline">
                Load earlier lines
              </button>
            ) : null}
          </div>
        ) : null}
        {loading && lines.length === 0 ? (
          <div className="px-4 py-2">
            <Skeleton lines={8} />
          </div>
        ) : null}
        {!loading && lines.length === 0 ? (
          <div className="font-sans">
            {empty ?? (
              <EmptyState compact title={live ? "No output yet" : "No output"}>
                {live ? "Lines show up here as the step writes them." : "The step wrote nothing."}
              </EmptyState>
            )}
          </div>
        ) : null}
        <Lines {...props} rowWindow={rowWindow} wrap={wrap} query={search.deferred} currentIndex={search.currentIndex} />
      </div>
      {live && !follow ? (
        <Button
          size="sm"
          icon={ArrowDown}
          onClick={() => setFollow(true)}
          className={`absolute! right-4 shadow-float ${status === undefined ? "bottom-3" : "bottom-11"}`}
        >
          {fresh > 0 ? `Jump to end (${fresh.toLocaleString("en")} new)` : "Jump to end"}
        </Button>
      ) : null}
      {status === undefined ? null : (
        <div className="flex min-h-8 items-center gap-2 border-t border-line px-4 py-1 text-xs text-ink-2">
          {live ? <span aria-hidden className="size-2 animate-breathe rounded-full bg-run" /> : null}
          {status}
        </div>
      )}
    </div>
  );
}
