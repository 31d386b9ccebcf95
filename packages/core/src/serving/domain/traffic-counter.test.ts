import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LatencyHistogram } from "./latency-histogram.ts";
import { TrafficCounter } from "./traffic-counter.ts";

const MINUTE = 60_000;
const sample = { deploymentId: "d", version: 1, atMs: 5 * MINUTE + 10, rows: 2, latencyMs: 10, outcome: "ok" as const };

describe("TrafficCounter", () => {
  it("hands out what was added since the last time, each request once", () => {
    const counter = new TrafficCounter();
    counter.count(sample);
    counter.count({ ...sample, outcome: "client_error", rows: 0 });
    const [first] = counter.take(sample.atMs);
    expect(first).toMatchObject({
      deploymentId: "d",
      version: 1,
      minute: new Date(5 * MINUTE),
      requests: 2,
      rows: 2,
      clientErrors: 1,
      serverErrors: 0,
      latencySumMs: 20,
    });
    expect(counter.take(sample.atMs)).toEqual([]);
    counter.count({ ...sample, outcome: "server_error" });
    expect(counter.take(sample.atMs)).toMatchObject([{ requests: 1, serverErrors: 1 }]);
  });

  it("keeps the 95th percentile of the whole minute over several takes", () => {
    const counter = new TrafficCounter();
    for (let at = 0; at < 94; at += 1) counter.count({ ...sample, latencyMs: 1 });
    counter.take(sample.atMs);
    for (let at = 0; at < 6; at += 1) counter.count({ ...sample, latencyMs: 500 });
    expect(counter.take(sample.atMs)[0]?.latencyP95Ms).toBeGreaterThanOrEqual(500);
  });

  it("keeps deployments, versions and minutes apart", () => {
    const counter = new TrafficCounter();
    counter.count(sample);
    counter.count({ ...sample, version: 2 });
    counter.count({ ...sample, deploymentId: "e" });
    counter.count({ ...sample, atMs: 6 * MINUTE });
    expect(counter.take(6 * MINUTE)).toHaveLength(4);
  });

  it("loses and doubles nothing however it is taken", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ minute: fc.nat(3), version: fc.constantFrom(1, 2), take: fc.boolean() })), (steps) => {
        const counter = new TrafficCounter();
        let sum = 0;
        for (const { minute, version, take } of steps) {
          counter.count({ ...sample, version, atMs: minute * MINUTE });
          if (take) sum += counter.take(minute * MINUTE).reduce((total, delta) => total + delta.requests, 0);
        }
        sum += counter.take(10 * MINUTE).reduce((total, delta) => total + delta.requests, 0);
        expect(sum).toBe(steps.length);
      }),
    );
  });
});

describe("LatencyHistogram", () => {
  it("gives a quantile at most 10 % above the true one and never below it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 30_000, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (latencies, q) => {
          const histogram = new LatencyHistogram();
          for (const latency of latencies) histogram.add(latency);
          const exact = latencies.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * latencies.length)) - 1] ?? 0;
          expect(histogram.quantile(q)).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
          expect(histogram.quantile(q)).toBeLessThanOrEqual(exact * 1.1 * (1 + 1e-9));
        },
      ),
    );
  });

  it("is 0 without any", () => expect(new LatencyHistogram().quantile(0.95)).toBe(0));
});
