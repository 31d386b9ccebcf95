import { LatencyHistogram } from "./latency-histogram.ts";

/** How a request ended, for counting. `client_error` = 4xx, `server_error` = 5xx. */
export type RequestOutcome = "ok" | "client_error" | "server_error";

export type TrafficSample = { deploymentId: string; version: number; atMs: number; rows: number; latencyMs: number; outcome: RequestOutcome };

/** What was added to a minute since it was last taken; `latencyP95Ms` is of the whole minute so far. */
export type TrafficDelta = {
  deploymentId: string;
  minute: Date;
  version: number;
  requests: number;
  rows: number;
  clientErrors: number;
  serverErrors: number;
  dropped: number;
  latencySumMs: number;
  latencyP95Ms: number;
};

type Minute = { delta: TrafficDelta; histogram: LatencyHistogram; dirty: boolean };

const MINUTE_MS = 60_000;

/** Sums requests by deployment, minute of arrival and version, so that the database hears of minutes and not of requests. */
export class TrafficCounter {
  readonly #minutes = new Map<string, Minute>();

  count(sample: TrafficSample): void {
    const minute = this.#minuteOf(sample.deploymentId, sample.version, sample.atMs);
    minute.histogram.add(sample.latencyMs);
    minute.delta.requests += 1;
    minute.delta.rows += sample.rows;
    minute.delta.latencySumMs += sample.latencyMs;
    if (sample.outcome === "client_error") minute.delta.clientErrors += 1;
    if (sample.outcome === "server_error") minute.delta.serverErrors += 1;
  }

  /** Rows that could not be logged. */
  countDropped(deploymentId: string, version: number, atMs: number, rows: number): void {
    this.#minuteOf(deploymentId, version, atMs).delta.dropped += rows;
  }

  /** Takes what was added since the last call, and forgets minutes that are over. */
  take(nowMs: number): TrafficDelta[] {
    const taken: TrafficDelta[] = [];
    const current = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    for (const [key, minute] of this.#minutes) {
      if (minute.dirty) taken.push({ ...minute.delta, latencyP95Ms: minute.histogram.quantile(0.95) });
      if (minute.delta.minute.getTime() < current) this.#minutes.delete(key);
      else reset(minute);
    }
    return taken;
  }

  #minuteOf(deploymentId: string, version: number, atMs: number): Minute {
    const start = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
    const key = `${deploymentId} ${version} ${start}`;
    let minute = this.#minutes.get(key);
    if (!minute) {
      minute = { delta: emptyDelta(deploymentId, new Date(start), version), histogram: new LatencyHistogram(), dirty: true };
      this.#minutes.set(key, minute);
    }
    minute.dirty = true;
    return minute;
  }
}

function emptyDelta(deploymentId: string, minute: Date, version: number): TrafficDelta {
  return { deploymentId, minute, version, requests: 0, rows: 0, clientErrors: 0, serverErrors: 0, dropped: 0, latencySumMs: 0, latencyP95Ms: 0 };
}

function reset(minute: Minute): void {
  minute.delta = emptyDelta(minute.delta.deploymentId, minute.delta.minute, minute.delta.version);
  minute.dirty = false;
}
