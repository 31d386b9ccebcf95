import fc from "fast-check";
import { expect, test } from "vitest";
import { chartRows, seriesTable, timeTicks, valueAxis } from "./chart-data.ts";
import { stepPath } from "./histogram-pair.tsx";

test("a gap cuts a line; a point of another series does not", () => {
  const { rows, stretches } = chartRows([
    {
      id: "a",
      name: "A",
      points: [
        { x: 1, y: 1 },
        { x: 3, y: 3 },
        { x: 4, y: null },
        { x: 5, y: 5 },
      ],
    },
    { id: "b", name: "B", points: [{ x: 2, y: 9 }] },
  ]);
  expect(rows.map((row) => row.x)).toEqual([1, 2, 3, 4, 5]);
  expect(stretches.map((stretch) => [stretch.key, stretch.single])).toEqual([
    ["s0_0", false],
    ["s0_1", true],
    ["s1_0", true],
  ]);
  expect(rows[3]?.values).toEqual({ a: null });
  expect(rows[1]?.s0_0).toBeUndefined();
});

test("every known value is drawn once", () => {
  const points = fc.uniqueArray(fc.record({ x: fc.integer({ min: 0, max: 50 }), y: fc.option(fc.integer({ min: -9, max: 9 }), { nil: null }) }), {
    selector: (point) => point.x,
    maxLength: 30,
  });
  fc.assert(
    fc.property(fc.array(points, { maxLength: 3 }), (all) => {
      const series = all.map((own, index) => ({ id: `s${index}`, name: `S${index}`, points: own }));
      const { rows, stretches } = chartRows(series);
      const drawn = rows.reduce((sum, row) => sum + stretches.filter((stretch) => row[stretch.key] !== undefined).length, 0);
      expect(drawn).toBe(all.flat().filter((point) => point.y !== null).length);
    }),
  );
});

test("the table says what the chart shows", () => {
  expect(
    seriesTable([
      {
        id: "a",
        name: "MAE",
        points: [
          { x: Date.UTC(2026, 0, 1), y: 9 },
          { x: Date.UTC(2026, 0, 2), y: null },
        ],
      },
    ]),
  ).toEqual({
    columns: ["Time (UTC)", "MAE"],
    rows: [
      ["2026-01-01 00:00:00", 9],
      ["2026-01-02 00:00:00", null],
    ],
  });
});

test("value ticks are round, few and hold every value", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 20 }), (values) => {
      const axis = valueAxis(values);
      expect(axis?.ticks.length).toBeGreaterThanOrEqual(2);
      expect(axis?.ticks.length).toBeLessThanOrEqual(8);
      const slack = Math.max(1e-9, Math.abs((axis?.domain[1] ?? 0) - (axis?.domain[0] ?? 0)) * 1e-6);
      expect(Math.min(...values)).toBeGreaterThanOrEqual((axis?.domain[0] ?? 0) - slack);
      expect(Math.max(...values)).toBeLessThanOrEqual((axis?.domain[1] ?? 0) + slack);
    }),
  );
  expect(valueAxis([8.6, 10.9])?.ticks).toEqual([8, 9, 10, 11]);
  expect(valueAxis([])).toBeNull();
});

test("time ticks stay inside and few", () => {
  const from = Date.UTC(2026, 4, 26);
  expect(timeTicks(from, from + 3_600_000, 6)).toHaveLength(7);
  expect(timeTicks(from, from, 6)).toEqual([from]);
});

test("an outline starts and ends on the ground", () => {
  expect(
    stepPath(
      [0.5, null],
      (edge) => edge * 10,
      (share) => 100 - share * 100,
    ),
  ).toBe("M0.0 100.0V50.0H10.0V100.0H20.0V100.0");
});
