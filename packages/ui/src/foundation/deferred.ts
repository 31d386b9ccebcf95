"use client";
import { useEffect, useReducer } from "react";

export interface Deferred<Module> {
  /** Starts loading; call it when a person comes near (hover, focus). */
  preload: () => void;
  /** The module once it is wanted and has arrived, else null. Draws again when it arrives; throws when it cannot be loaded. */
  useWhen: (wanted: boolean) => Module | null;
}

/**
 * A part of the page that nobody needs before they reach for it. Unlike React.lazy it never replaces what is drawn with a
 * fallback: the caller draws its own plain form until the module is there.
 */
export function deferred<Module>(load: () => Promise<Module>): Deferred<Module> {
  let arrived: Module | null = null;
  let failure: unknown = null;
  let loading: Promise<void> | null = null;

  function start(): Promise<void> {
    loading ??= load().then(
      (module) => {
        arrived = module;
        failure = null;
      },
      (error: unknown) => {
        failure = error;
        loading = null;
      },
    );
    return loading;
  }
  function useWhen(wanted: boolean): Module | null {
    const [, redraw] = useReducer((count: number) => count + 1, 0);
    useEffect(() => {
      if (!wanted || arrived !== null) return;
      let gone = false;
      void start().then(() => {
        if (!gone) redraw();
      });
      return () => {
        gone = true;
      };
    }, [wanted]);
    if (!wanted) return null;
    if (failure !== null && arrived === null) throw failure;
    return arrived;
  }
  return { preload: () => void start(), useWhen };
}
