"use client";
import { useSyncExternalStore } from "react";

// One timer for the whole page: many live times tick together and a hidden tab costs nothing.
const listeners = new Map<() => void, number>();
let now = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function tick() {
  if (document.visibilityState === "hidden") return;
  now = Date.now();
  for (const notify of listeners.keys()) notify();
}

function subscribe(notify: () => void) {
  if (listeners.size === 0) {
    now = Date.now();
    timer = setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
  }
  listeners.set(notify, 1);
  return () => {
    listeners.delete(notify);
    if (listeners.size === 0) {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    }
  };
}

function read(stepMs: number) {
  if (listeners.size === 0) now = Date.now();
  return Math.floor(now / stepMs) * stepMs;
}

const still = () => () => {};

/**
 * The time in epoch milliseconds, rounded down to `stepMs`, ticking while mounted; null on the server and during
 * hydration, so that nothing drawn depends on two clocks.
 */
export function useNow(stepMs = 1000, running = true): number | null {
  return useSyncExternalStore(
    running ? subscribe : still,
    () => read(stepMs),
    () => null,
  );
}
