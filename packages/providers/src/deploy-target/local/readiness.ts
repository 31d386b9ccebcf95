import { readFile } from "node:fs/promises";
import { get } from "node:http";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isErrno } from "../../local-processes/state-file.ts";
import { waitForChange } from "../../local-processes/wait-for-change.ts";

/** Longest wait for one answer to a readiness question. */
const PROBE_TIMEOUT_MS = 5_000;
/** So many unanswered questions in a row, and a workload that was ready is not any more. */
const FAILURES_ALLOWED = 2;

/** What a workload's process shows of itself. */
export type Readiness = { ready: boolean; address: string; message: string | null };

/**
 * Waits for the address that the process writes, then asks it at its readiness path, often until it is ready and every
 * `everyMs` after that. Reports each change; ends when `signal` aborts.
 */
export async function watchReadiness(
  process: { addressFile: string; readinessPath: string; everyMs: number },
  report: (readiness: Readiness) => void,
  signal: AbortSignal,
): Promise<void> {
  const address = await addressOf(process.addressFile, signal);
  let wasReady = false;
  let failures = 0;
  for (let pauseMs = 20; ; pauseMs = wasReady ? process.everyMs : Math.min(pauseMs * 1.5, 1_000)) {
    if (wasReady || failures > 0) await delay(pauseMs, undefined, { signal });
    const refusal = await probe(new URL(process.readinessPath, address), signal);
    signal.throwIfAborted();
    failures = refusal === null ? 0 : failures + 1;
    if (refusal === null && !wasReady) {
      wasReady = true;
      report({ ready: true, address, message: null });
    } else if (refusal !== null && (!wasReady || failures > FAILURES_ALLOWED)) {
      const first = wasReady || failures === 1;
      wasReady = false;
      if (first) report({ ready: false, address, message: `GET ${process.readinessPath} ${refusal}.` });
    }
  }
}

/** The base URL in the file, once there is one. It comes from a user's code: only this machine is accepted. */
async function addressOf(file: string, signal: AbortSignal): Promise<string> {
  for (;;) {
    const changed = waitForChange({ file: path.dirname(file), signal });
    changed.catch(() => {});
    const address = await readAddress(file);
    if (address !== null) {
      changed.cancel();
      return address;
    }
    await changed;
  }
}

async function readAddress(file: string): Promise<string | null> {
  try {
    const text = (await readFile(file, "utf8")).trim();
    return /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost):\d{1,5}$/.test(text) ? text : null;
  } catch (error) {
    if (isErrno(error, "ENOENT") || isErrno(error, "ENOTDIR")) return null;
    throw error;
  }
}

/** Null when it answers 200, else what happened instead. */
async function probe(url: URL, signal: AbortSignal): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  // A connection of its own each time: a kept one would occupy a thread of the worker.
  const request = get(url, { agent: false, signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]) }, (response) => {
    response.resume();
    resolve(response.statusCode === 200 ? null : `answers ${response.statusCode}`);
  });
  request.once("error", (error) => resolve(error.name === "AbortError" || error.name === "TimeoutError" ? "does not answer" : `fails: ${error.message}`));
  return promise;
}
