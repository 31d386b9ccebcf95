"use client";
import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { RefObject } from "react";

export interface EvenRows {
  /** First row to draw and the one behind the last. */
  from: number;
  to: number;
  /** Pixels of rows that are not drawn, above and below. */
  before: number;
  after: number;
  scrollToIndex: (index: number) => void;
}

const OVERSCAN = 12;
/** Height of the box before it is measured, in pixels. */
const FIRST_HEIGHT = 640;

/**
 * The rows of a long list that are in sight, where all rows are `rowHeight` pixels high. Draws again when the first row in sight
 * changes, not at each pixel.
 */
export function useEvenRows(count: number, rowHeight: number, scroller: RefObject<HTMLElement | null>): EvenRows {
  const subscribe = useCallback(
    (notify: () => void) => {
      const element = scroller.current;
      if (!element || count === 0) return () => {};
      element.addEventListener("scroll", notify, { passive: true });
      const observer = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(notify);
      observer?.observe(element);
      return () => {
        element.removeEventListener("scroll", notify);
        observer?.disconnect();
      };
    },
    [scroller, count],
  );
  const first = useSyncExternalStore(
    subscribe,
    () => Math.floor((scroller.current?.scrollTop ?? 0) / rowHeight),
    () => 0,
  );
  const seen = useSyncExternalStore(
    subscribe,
    () => Math.ceil((scroller.current?.clientHeight || FIRST_HEIGHT) / rowHeight),
    () => Math.ceil(FIRST_HEIGHT / rowHeight),
  );
  return useMemo(() => {
    const from = Math.max(0, Math.min(first, count - seen) - OVERSCAN);
    const to = Math.min(count, first + seen + OVERSCAN);
    return {
      from,
      to,
      before: from * rowHeight,
      after: Math.max(0, count - to) * rowHeight,
      scrollToIndex(index) {
        const element = scroller.current;
        if (!element) return;
        const top = index * rowHeight;
        if (top < element.scrollTop) element.scrollTo({ top });
        else if (top + 2 * rowHeight > element.scrollTop + element.clientHeight) element.scrollTo({ top: top + 2 * rowHeight - element.clientHeight });
      },
    };
  }, [first, seen, count, rowHeight, scroller]);
}
