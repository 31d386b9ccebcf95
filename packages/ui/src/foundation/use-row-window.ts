"use client";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { RefObject } from "react";

export interface RowWindow {
  /** Rows to draw: place in the list and pixels from the top. */
  items: { index: number; start: number; end: number; key: string | number | bigint }[];
  totalSize: number;
  scrollToIndex: (index: number, align?: "start" | "center" | "end" | "auto") => void;
  /** Ref of a row whose height is not known; it needs data-index. */
  measureElement: (element: Element | null) => void;
  /** Forgets measured heights. */
  remeasure: () => void;
}

/**
 * The rows of a long list that are in sight. The only place that calls TanStack Virtual, whose object changes inside
 * and so must not be memoised: callers get plain values, new on every draw.
 */
export function useRowWindow(options: {
  count: number;
  rowHeight: number;
  scroller: RefObject<HTMLElement | null>;
  overscan?: number;
  initialHeight?: number;
}): RowWindow {
  "use no memo";
  const { count, rowHeight, scroller, overscan = 12, initialHeight = 640 } = options;
  const virtualizer = useVirtualizer<HTMLElement, Element>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    initialRect: { width: 1024, height: initialHeight },
  });
  return {
    items: virtualizer.getVirtualItems(),
    totalSize: virtualizer.getTotalSize(),
    scrollToIndex: (index, align = "auto") => virtualizer.scrollToIndex(index, { align }),
    measureElement: virtualizer.measureElement,
    remeasure: () => virtualizer.measure(),
  };
}
