"use client";
import { useSyncExternalStore } from "react";

const never = () => () => {};

/** False while the server draws and during hydration, true after: for what only a browser knows (zone, clock). */
export function useIsClient(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
