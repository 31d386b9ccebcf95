import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layOutDay } from "./day-layout.ts";

const HOUR = 3_600_000;
const day = { from: 0, to: 24 * HOUR, now: 12 * HOUR };
const run = (id: string, slug: string, from: number, to: number | null) => ({
  id,
  project: { slug },
  createdAt: new Date(from * HOUR),
  endedAt: to === null ? null : new Date(to * HOUR),
});

describe("layOutDay", () => {
  it("gives each project a lane and runs that overlap rows of their own; what goes on ends now", () => {
    const lanes = layOutDay([run("3", "a", 6, null), run("1", "a", 0, 6), run("2", "b", 3, 9), run("4", "a", 9, 11), run("5", "a", -5, -1)], day);
    expect(lanes.map((lane) => [lane.project, lane.rows.map((row) => row.map((bar) => [bar.run.id, bar.left, bar.width]))])).toEqual([
      [
        "a",
        [
          [
            ["1", 0, 0.25],
            ["3", 0.25, 0.25],
          ],
          [["4", 0.375, 2 / 24]],
        ],
      ],
      ["b", [[["2", 0.125, 0.25]]]],
    ]);
  });

  it("keeps every bar within the day and bars of a row apart", () => {
    const runs = fc.array(
      fc.record({
        id: fc.uuid(),
        project: fc.record({ slug: fc.constantFrom("a", "b") }),
        createdAt: fc.integer({ min: -HOUR, max: 25 * HOUR }).map((at) => new Date(at)),
        endedAt: fc.option(fc.integer({ min: 0, max: 26 * HOUR }).map((at) => new Date(at))),
      }),
    );
    fc.assert(
      fc.property(runs, (given) => {
        for (const row of layOutDay(given, day).flatMap((lane) => lane.rows)) {
          let end = 0;
          for (const bar of row) {
            expect(bar.left).toBeGreaterThanOrEqual(end);
            end = bar.left + bar.width;
            expect(end).toBeLessThanOrEqual(1 + 1e-9);
          }
        }
      }),
    );
  });
});
