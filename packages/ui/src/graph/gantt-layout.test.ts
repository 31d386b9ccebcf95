import fc from "fast-check";
import { expect, test } from "vitest";
import { ganttLayout } from "./gantt-layout.ts";
import { edge, ganttScale, ganttTicks, tickLabel } from "./gantt-scale.ts";
import type { GanttData, GanttLane } from "./gantt-types.ts";

const start = Date.UTC(2026, 10, 24, 6);
const lane = (id: string, more: Partial<GanttLane> = {}): GanttLane => ({ id, label: id, stage: "train", status: "running", attempts: [], ...more });
const data = (lanes: GanttLane[], more: Partial<GanttData> = {}): GanttData => ({ startedAt: start, now: start + 100_000, lanes, ...more });
const options = { width: 1000, now: start + 100_000, folded: new Set<string>() };
const at = (seconds: number) => start + seconds * 1000;

test("a wait is hatched, a run is solid, and both meet", () => {
  const [row] = ganttLayout(
    data([lane("a", { attempts: [{ number: 1, status: "succeeded", queuedAt: at(0), startedAt: at(20), endedAt: at(60) }] })]),
    options,
  ).rows;
  expect(row?.bars.map((bar) => bar.kind)).toEqual(["queue", "solid"]);
  const [queue, run] = row?.bars ?? [];
  expect((queue?.x ?? 0) + (queue?.width ?? 0)).toBeCloseTo(run?.x ?? -1);
});

test("an open attempt reaches the now line", () => {
  const layout = ganttLayout(data([lane("a", { attempts: [{ number: 1, status: "running", queuedAt: at(0), startedAt: at(10) }] })]), options);
  const bar = layout.rows[0]?.bars.at(-1);
  expect((bar?.x ?? 0) + (bar?.width ?? 0)).toBeCloseTo(layout.nowX ?? -1);
});

test("a run that ended has no now line and no expectation", () => {
  const layout = ganttLayout(data([lane("a", { expected: { startAt: at(0), endAt: at(40) }, attempts: [] })], { endedAt: at(90) }), options);
  expect(layout.nowX).toBeNull();
  expect(layout.rows[0]?.bars).toEqual([]);
});

test("retries stay on their lane and carry their number", () => {
  const [row] = ganttLayout(
    data([
      lane("a", {
        critical: true,
        attempts: [
          { number: 1, status: "failed", queuedAt: at(0), startedAt: at(2), endedAt: at(50), label: "out of memory" },
          { number: 2, status: "running", queuedAt: at(50), startedAt: at(60), label: "tree 480" },
        ],
      }),
    ]),
    options,
  ).rows;
  expect(row?.bars.filter((bar) => bar.kind === "solid").map((bar) => bar.text)).toEqual(["1: out of memory", "2: tree 480"]);
  expect(row?.critical).toHaveLength(1);
});

test("cached steps are an outline that can be seen, however short", () => {
  const [row] = ganttLayout(
    data([lane("a", { status: "cached", attempts: [{ number: 1, status: "cached", queuedAt: at(5), endedAt: at(5) }] })]),
    options,
  ).rows;
  expect(row?.bars).toMatchObject([{ kind: "cached" }]);
  expect(row?.bars[0]?.width).toBeGreaterThanOrEqual(16);
});

test("groups fold into a strip and open into their lanes", () => {
  const lanes = [
    lane("g", { group: true }),
    ...["a", "b"].map((id) =>
      lane(id, { parent: "g", status: "succeeded", attempts: [{ number: 1, status: "succeeded", startedAt: at(0), endedAt: at(50) }] }),
    ),
  ];
  const open = ganttLayout(data(lanes), options);
  expect(open.rows.map((row) => row.lane.id)).toEqual(["g", "a", "b"]);
  expect(open.rows[0]).toMatchObject({ childCount: 2, doneCount: 2 });
  expect(open.rows[0]?.span).not.toBeNull();
  const folded = ganttLayout(data(lanes), { ...options, folded: new Set(["g"]) });
  expect(folded.rows.map((row) => row.lane.id)).toEqual(["g"]);
  expect(folded.rows[0]?.density.length).toBeGreaterThan(10);
});

test("a reason stands where there is room", () => {
  const rows = ganttLayout(
    data([
      lane("short", { note: "thirty seconds", attempts: [{ number: 1, status: "succeeded", startedAt: at(0), endedAt: at(30) }] }),
      lane("late", { note: "thirty seconds", attempts: [{ number: 1, status: "succeeded", startedAt: at(70), endedAt: at(99) }] }),
      lane("waits", { status: "waiting", reason: "Waiting for a slot" }),
    ]),
    options,
  ).rows;
  expect(rows[0]?.text?.anchor).toBe("start");
  expect(rows[1]?.text?.anchor).toBe("end");
  expect(rows[2]?.text).toMatchObject({ anchor: "end", text: "Waiting for a slot" });
});

const moment = fc.option(
  fc.integer({ min: -100_000, max: 4_000_000 }).map((offset) => start + offset),
  { nil: null },
);
const attempt = fc.record({
  number: fc.integer({ min: 1, max: 9 }),
  status: fc.constantFrom("queued", "running", "succeeded", "failed", "cached", "cancelled"),
  queuedAt: moment,
  startedAt: moment,
  endedAt: moment,
  label: fc.string(),
});
const anyLane = fc.record({
  attempts: fc.array(attempt, { maxLength: 4 }),
  critical: fc.boolean(),
  reason: fc.string(),
  expected: fc.option(fc.record({ startAt: fc.integer({ min: start, max: start + 1e7 }), endAt: fc.integer({ min: start, max: start + 1e7 }) }), { nil: null }),
});

test("whatever the times, bars stay inside, in order and apart", () => {
  fc.assert(
    fc.property(fc.array(anyLane, { maxLength: 6 }), fc.integer({ min: 280, max: 4000 }), fc.integer({ min: 0, max: 5_000_000 }), (lanes, width, elapsed) => {
      const now = start + elapsed;
      const layout = ganttLayout({ startedAt: start, now, lanes: lanes.map((one, index) => lane(`l${index}`, one)) }, { width, now, folded: new Set() });
      expect(layout.rows).toHaveLength(lanes.length);
      for (const row of layout.rows) {
        let after = 0;
        for (const bar of row.bars) {
          expect(Number.isFinite(bar.x) && Number.isFinite(bar.width)).toBe(true);
          expect(bar.width).toBeGreaterThan(0);
          expect(bar.x).toBeGreaterThanOrEqual(0);
          expect(bar.x + bar.width).toBeLessThanOrEqual(width + 0.001);
          expect(bar.x).toBeGreaterThanOrEqual(Math.min(after, width - bar.width) - 0.001);
          after = bar.x + bar.width;
        }
      }
    }),
  );
});

test("ticks are round, apart and inside", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 * 86_400_000 }), fc.integer({ min: 280, max: 3000 }), (length, width) => {
      const ticks = ganttTicks(ganttScale(start, start + length, width), 110);
      expect(ticks[0]?.offset).toBe(0);
      for (const [index, tick] of ticks.entries()) {
        expect(tick.x).toBeLessThanOrEqual(width - edge + 0.001);
        const before = ticks[index - 1];
        if (before) expect(tick.x - before.x).toBeGreaterThanOrEqual(109.9);
      }
    }),
  );
  expect(tickLabel(90_000)).toBe("1 min 30 s");
  expect(tickLabel(5_400_000)).toBe("1 h 30 min");
});
