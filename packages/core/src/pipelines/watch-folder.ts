import { watch } from "node:fs";

/** How often a folder is looked at where the machine has no watches left. */
const FALLBACK_MS = 2_000;

/**
 * Calls `look` soon after something in the folder changes, at most once in `leastMs` and never twice at a time. `stop` waits
 * for a call that is under way. A call that fails is told to `onError` and does not end the watch.
 */
export function watchFolder(folder: string, leastMs: number, look: () => Promise<void>, onError: (error: unknown) => void): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let stopped = false;

  const schedule = (): void => {
    if (timer || stopped) return;
    timer = setTimeout(() => {
      timer = null;
      if (running) return schedule();
      running = look()
        .catch(onError)
        .finally(() => {
          running = null;
        });
    }, leastMs);
    timer.unref();
  };

  let fallback: NodeJS.Timeout | null = null;
  const useFallback = (): void => {
    fallback ??= setInterval(schedule, FALLBACK_MS).unref();
  };
  const close = startWatch(folder, schedule, useFallback);
  schedule();
  return {
    async stop() {
      stopped = true;
      close();
      if (timer) clearTimeout(timer);
      if (fallback) clearInterval(fallback);
      await running;
    },
  };
}

function startWatch(folder: string, onChange: () => void, onRefused: () => void): () => void {
  try {
    const watcher = watch(folder, onChange);
    watcher.on("error", onRefused);
    watcher.unref();
    return () => watcher.close();
  } catch {
    onRefused();
    return () => {};
  }
}
