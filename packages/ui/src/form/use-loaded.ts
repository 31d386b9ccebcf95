"use client";
import { useEffect, useState } from "react";
import { messageOf } from "../foundation/message-of.ts";

/** What an asynchronous list is doing. */
export interface Loaded<T> {
  items: T[];
  state: "idle" | "loading" | "failed";
  message: string | null;
}

/**
 * Calls `load` with the query 150 ms after the last change and forgets answers that come too late. Keep `load` stable
 * (useCallback): a new function loads again.
 */
export function useLoaded<T>(load: ((query: string, signal: AbortSignal) => Promise<T[]>) | undefined, query: string, active: boolean): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ items: [], state: "idle", message: null });
  useEffect(() => {
    if (!load || !active) return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      setLoaded((last) => ({ ...last, state: "loading", message: null }));
      load(query, controller.signal).then(
        (items) => {
          if (!controller.signal.aborted) setLoaded({ items, state: "idle", message: null });
        },
        (error: unknown) => {
          if (!controller.signal.aborted) setLoaded({ items: [], state: "failed", message: messageOf(error) });
        },
      );
    }, 150);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [load, query, active]);
  return loaded;
}
