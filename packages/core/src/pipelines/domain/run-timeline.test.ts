import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldTimeline, type TimelineAttempt, type TimelineStep } from "./run-timeline.ts";

const step = (key: string, needs: string[], given: Partial<TimelineStep> = {}): TimelineStep => ({
  key,
  stage: "train",
  status: "succeeded",
  reason: "",
  needs,
  queuedAt: 0,
  startedAt: null,
  endedAt: null,
  ...given,
});
const attempt = (stepKey: string, times: [number, number, number, number | null], given: Partial<TimelineAttempt> = {}): TimelineAttempt => ({
  stepKey,
  number: 1,
  status: "succeeded",
  queuedAt: times[0],
  launchedAt: times[1],
  startedAt: times[2],
  endedAt: times[3],
  ...given,
});

describe("foldTimeline", () => {
  it("draws queue, preparation and command of every attempt, and the chain that decided the end", () => {
    const timeline = foldTimeline({
      now: 999,
      run: { status: "succeeded", createdAt: new Date(0), endedAt: "1970-01-01T00:00:00.100Z" },
      steps: [step("a", []), step("b", ["a"]), step("c", ["a"]), step("d", ["b", "c"])],
      attempts: [
        attempt("a", [0, 5, 7, 20]),
        attempt("b", [20, 21, 22, 30], { status: "failed" }),
        attempt("b", [30, 40, 41, 60], { number: 2 }),
        attempt("c", [20, 20, 20, 50]),
        attempt("d", [60, 60, 61, 100]),
      ],
    });
    expect(timeline).toMatchObject({ startMs: 0, endMs: 100, live: false, criticalPath: ["a", "b", "d"] });
    expect(timeline.lanes.map((lane) => [lane.key, lane.depth, lane.critical])).toEqual([
      ["a", 0, true],
      ["b", 1, true],
      ["c", 1, false],
      ["d", 2, true],
    ]);
    expect(timeline.lanes[1]?.bars.map((bar) => `${bar.attempt} ${bar.kind} ${bar.startMs}-${bar.endMs}`)).toEqual([
      "1 queued 20-21",
      "1 preparing 21-22",
      "1 running 22-30",
      "2 queued 30-40",
      "2 preparing 40-41",
      "2 running 41-60",
    ]);
  });

  it("lets what is going on end now", () => {
    const timeline = foldTimeline({
      now: 500,
      run: { status: "running", createdAt: 0, endedAt: null },
      steps: [step("a", [], { status: "running" }), step("b", [], { status: "queued", queuedAt: 100 })],
      attempts: [attempt("a", [0, 0, 10, null], { status: "running" })],
    });
    expect(timeline.endMs).toBe(500);
    expect(timeline.lanes.map((lane) => lane.bars.at(-1))).toEqual([
      { kind: "running", attempt: 1, status: "running", startMs: 10, endMs: 500, live: true },
      { kind: "queued", attempt: 1, status: "queued", startMs: 100, endMs: 500, live: true },
    ]);
  });

  it("keeps every bar within the run and in order, whatever the times", () => {
    const times = fc
      .array(fc.nat({ max: 1_000 }), { minLength: 4, maxLength: 4 })
      .map((list) => list.toSorted((x, y) => x - y) as [number, number, number, number]);
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 6 }), (list) => {
        const steps = list.map((_, index) => step(`s${index}`, index > 0 ? [`s${index - 1}`] : []));
        const timeline = foldTimeline({
          now: 1_000,
          run: { status: "running", createdAt: 0, endedAt: null },
          steps,
          attempts: list.map((given, index) => attempt(`s${index}`, given)),
        });
        for (const bar of timeline.lanes.flatMap((lane) => lane.bars)) {
          expect(bar.startMs).toBeGreaterThanOrEqual(timeline.startMs);
          expect(bar.endMs).toBeLessThanOrEqual(timeline.endMs);
          expect(bar.endMs).toBeGreaterThanOrEqual(bar.startMs);
        }
      }),
    );
  });
});
