import { testDatabase } from "@trellis/db/testing";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { openTrackingLab, type TrackingLab } from "../testing/tracking-lab.ts";
import { logBatch } from "./log-batch.ts";
import { metricHistoryBulk, metricHistoryInterval, metricHistoryPage } from "./metric-points.ts";

const database = testDatabase();
let lab: TrackingLab;
beforeAll(async () => {
  lab = await openTrackingLab(database.db);
});

type Point = { step: bigint; timestamp: bigint; value: number };

async function runWith(points: readonly Point[], key = "loss"): Promise<string> {
  const runId = await lab.run();
  await logBatch(lab.ada, { runId, metrics: points.map((point) => ({ key, ...point })) });
  return runId;
}
const line = (steps: number, from = 0): Point[] => Array.from({ length: steps }, (_, index) => ({ step: BigInt(from + index), timestamp: 5n, value: index }));
const stepsOf = (points: readonly { step: bigint }[]): number[] => points.map(({ step }) => Number(step));

describe("metricHistoryPage", () => {
  it("gives points by time, step and value, page by page, without a token after the last", async () => {
    const runId = await runWith([
      { step: 1n, timestamp: 2n, value: 1 },
      { step: 2n, timestamp: 1n, value: Number.NaN },
      { step: 2n, timestamp: 1n, value: 3 },
      { step: 9_007_199_254_740_993n, timestamp: 1n, value: 0.1 },
    ]);
    const first = await metricHistoryPage(lab.ada, { runId, key: "loss", maxResults: 2 });
    expect(first.metrics.map(({ value }) => value)).toEqual([3, Number.NaN]);
    const second = await metricHistoryPage(lab.ada, { runId, key: "loss", maxResults: 2, pageToken: first.nextPageToken });
    expect(second).toEqual({
      metrics: [
        { key: "loss", step: 9_007_199_254_740_993n, timestamp: 1n, value: 0.1 },
        { key: "loss", step: 1n, timestamp: 2n, value: 1 },
      ],
      nextPageToken: null,
    });
    expect((await metricHistoryPage(lab.ada, { runId, key: "loss" })).metrics).toHaveLength(4);
    expect(await metricHistoryPage(lab.ada, { runId, key: "none" })).toEqual({ metrics: [], nextPageToken: null });
  });

  it("neither skips nor repeats, whatever the points and the size of pages", async () => {
    const point = fc.record({
      step: fc.bigInt({ min: -2n, max: 2n }),
      timestamp: fc.bigInt({ min: 0n, max: 2n }),
      value: fc.oneof(fc.constantFrom(0, 1, Number.NaN), fc.double({ noDefaultInfinity: true })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(point, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 7 }), async (points, maxResults) => {
        const runId = await runWith(points);
        const pages = [];
        let pageToken: string | null = null;
        do {
          const page = await metricHistoryPage(lab.ada, { runId, key: "loss", maxResults, pageToken });
          pages.push(...page.metrics);
          pageToken = page.nextPageToken;
        } while (pageToken);
        expect(pages).toEqual((await metricHistoryPage(lab.ada, { runId, key: "loss" })).metrics);
        expect(pages).toHaveLength(new Set(points.map(({ step, timestamp, value }) => `${step} ${timestamp} ${value === 0 ? 0 : value}`)).size);
      }),
      { numRuns: 25 },
    );
  });

  it("refuses tokens and sizes that are none", async () => {
    const runId = await runWith(line(1));
    await expect(metricHistoryPage(lab.ada, { runId, key: "loss", pageToken: "bad" })).rejects.toMatchObject({ code: "INVALID" });
    await expect(metricHistoryPage(lab.ada, { runId, key: "loss", maxResults: 0 })).rejects.toMatchObject({ code: "INVALID" });
  });
});

describe("metricHistoryBulk", () => {
  it("gives points of several runs, by run", async () => {
    const [a, b] = [await runWith(line(3)), await runWith(line(2))].toSorted();
    const points = await metricHistoryBulk(lab.ada, { runIds: [b ?? "", a ?? ""], key: "loss", maxResults: 4 });
    expect(points).toHaveLength(4);
    expect(points.map(({ runId }) => runId)).toEqual(points.map(({ runId }) => runId).toSorted());
    await expect(metricHistoryBulk(lab.ada, { runIds: [], key: "loss" })).rejects.toMatchObject({ code: "INVALID" });
  });
});

describe("metricHistoryInterval", () => {
  it("keeps every n/max-th of the steps of all runs, the last, and each run's own ends", async () => {
    const ten = await runWith(line(10));
    expect(stepsOf(await metricHistoryInterval(lab.ada, { runIds: [ten], key: "loss", maxResults: 5 }))).toEqual([0, 2, 4, 6, 8, 9]);
    const twenty = await runWith(line(20));
    const both = await metricHistoryInterval(lab.ada, { runIds: [twenty, ten], key: "loss", maxResults: 5 });
    expect(stepsOf(both.filter(({ runId }) => runId === twenty))).toEqual([0, 4, 8, 9, 12, 16, 19]);
    expect(stepsOf(both.filter(({ runId }) => runId === ten))).toEqual([0, 4, 8, 9]);
    expect(both[0]?.runId).toBe(twenty);
  });

  it("gives all of few steps, within the bounds that are asked for", async () => {
    const runId = await runWith(line(10));
    expect(await metricHistoryInterval(lab.ada, { runIds: [runId], key: "loss" })).toHaveLength(10);
    expect(stepsOf(await metricHistoryInterval(lab.ada, { runIds: [runId], key: "loss", startStep: 3n, endStep: 5n }))).toEqual([3, 4, 5]);
    for (const wrong of [{ startStep: 1n }, { endStep: 1n }, { startStep: 2n, endStep: 1n }, { maxResults: 2_501 }])
      await expect(metricHistoryInterval(lab.ada, { runIds: [runId], key: "loss", ...wrong })).rejects.toMatchObject({ code: "INVALID" });
  });

  it("agrees with the rule in words for any steps", async () => {
    const steps = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, steps, fc.integer({ min: 1, max: 12 }), async (first, second, max) => {
        const make = (of: number[]) => runWith(of.map((step) => ({ step: BigInt(step), timestamp: 1n, value: 1 })));
        const runIds = [await make(first), await make(second)];
        const all = [...new Set([...first, ...second])].toSorted((a, b) => a - b);
        const kept = all.length <= max ? all : [...Array.from({ length: max }, (_, i) => all[Math.floor((i * all.length) / max)]), all.at(-1)];
        const wanted = new Set([...kept, Math.min(...first), Math.max(...first), Math.min(...second), Math.max(...second)]);
        const points = await metricHistoryInterval(lab.ada, { runIds, key: "loss", maxResults: max });
        for (const [index, own] of [first, second].entries())
          expect(stepsOf(points.filter(({ runId }) => runId === runIds[index]))).toEqual(own.filter((step) => wanted.has(step)).toSorted((a, b) => a - b));
      }),
      { numRuns: 25 },
    );
  });
});
