"use client";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { RefObject } from "react";
import { useNow } from "../foundation/use-now.ts";
import type { GanttData } from "./gantt-types.ts";

/** The server's time now: its clock at the last data, and the seconds gone by here since then. */
export function useRunClock(data: GanttData): number {
  const open = data.endedAt == null;
  const client = useNow(1000, open);
  const [anchor, setAnchor] = useState<{ server: number; client: number | null }>({ server: data.now, client: null });
  if (anchor.server !== data.now || (anchor.client === null && client !== null)) setAnchor({ server: data.now, client });
  if (!open) return data.endedAt ?? data.now;
  if (anchor.server !== data.now || anchor.client === null || client === null) return data.now;
  return Math.max(data.now, data.now + client - anchor.client);
}

const closest = 1;
const farthest = 200;

export interface Zoom {
  zoom: number;
  zoomBy: (factor: number, atClientX?: number) => void;
  fit: () => void;
}

/** Zoom of the time axis; the moment under the pointer (or the middle) stays where it is. */
export function useZoom(scroller: RefObject<HTMLElement | null>): Zoom {
  const [zoom, setZoom] = useState(1);
  const keep = useRef<{ share: number; offset: number } | null>(null);

  function zoomBy(factor: number, atClientX?: number) {
    const element = scroller.current;
    if (element) {
      const offset = atClientX === undefined ? element.clientWidth / 2 : atClientX - element.getBoundingClientRect().left;
      keep.current = { share: (element.scrollLeft + offset) / Math.max(1, element.scrollWidth), offset };
    }
    setZoom((last) => Math.min(farthest, Math.max(closest, last * factor)));
  }

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !keep.current) return;
    element.scrollTo?.({ left: keep.current.share * element.scrollWidth - keep.current.offset });
    keep.current = null;
  }, [zoom, scroller]);

  // React listens to wheel passively; only a listener of our own may keep the page from zooming.
  const latest = useRef(zoomBy);
  useEffect(() => {
    latest.current = zoomBy;
  });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      latest.current(Math.exp(-event.deltaY * 0.002), event.clientX);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [scroller]);

  return { zoom, zoomBy, fit: () => setZoom(1) };
}
