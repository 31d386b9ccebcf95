"use client";

import { useSyncExternalStore } from "react";

const subscribe = (): (() => void) => () => {};

/** The address under which the person reached the portal, e.g. `http://localhost:3000`; empty while the server renders. */
export function useOrigin(): string {
  return useSyncExternalStore(
    subscribe,
    () => window.location.origin,
    () => "",
  );
}
