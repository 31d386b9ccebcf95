import type { EventEmitter } from "node:events";
import { watch, type FSWatcher } from "node:fs";

/** How long a change that no event announces may stay unnoticed: a killed process changes no file. */
const SLOW_POLL_MS = 1_000;
/** The same where an event of ours announces it; only a fault of ours could lose that. */
const BACKSTOP_MS = 30_000;

/** Resolves at the first sign of a change; `cancel` resolves it at once. Rejects only when its signal aborts. */
export type ChangeWait = Promise<void> & { cancel(): void };

/**
 * Waits for an event of ours, for a change of a file (with a slow poll beside it, since a watch may be refused and misses
 * some ends), or for the abort of a signal. It listens from the moment it is called, so look at the state after calling it.
 */
export function waitForChange(sources: { event?: { emitter: EventEmitter; name: string }; file: string | null; signal?: AbortSignal }): ChangeWait {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const { event, file, signal } = sources;
  const onAbort = (): void => settle(() => reject(signal?.reason));
  const onEvent = (): void => settle(resolve);
  const watcher = file === null ? null : watchFile(file, onEvent);
  const timer = setTimeout(onEvent, file === null ? BACKSTOP_MS : SLOW_POLL_MS);
  event?.emitter.on(event.name, onEvent);
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();

  function settle(how: () => void): void {
    clearTimeout(timer);
    watcher?.close();
    event?.emitter.off(event.name, onEvent);
    signal?.removeEventListener("abort", onAbort);
    how();
  }
  return Object.assign(promise, { cancel: onEvent });
}

function watchFile(file: string, onChange: () => void): FSWatcher | null {
  try {
    const watcher = watch(file, onChange);
    watcher.on("error", onChange);
    return watcher;
  } catch {
    // Not there yet, or the machine has no watches left: the slow poll remains.
    return null;
  }
}
