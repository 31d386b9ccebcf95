import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawCurves, pointsPerCurve, smoothed } from "./curve-model";

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1_000);
const curve = (values: number[], runId = "a") => ({ runId, key: "loss", points: values.map((value, step) => ({ step, value, at: at(step * 60) })) });
const runs = new Map([["a", { name: "first", color: "red" }]]);

describe("smoothed", () => {
  it("leaves a constant as it is, from the first point on", () => {
    const points = [0, 1, 2, 3].map((x) => ({ x, y: 5 }));
    for (const point of smoothed(points, 0.9)) expect(point.y).toBeCloseTo(5, 9);
  });

  it("never leaves the range of what it smooths, and keeps gaps", () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })), { maxLength: 60 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (ys, weight) => {
          const known = ys.filter((y) => y !== null);
          const result = smoothed(
            ys.map((y, x) => ({ x, y })),
            weight,
          );
          result.forEach(({ y }, index) => {
            expect(y === null).toBe(ys[index] === null);
            if (y !== null) {
              expect(y).toBeGreaterThanOrEqual(Math.min(...known) - 1e-3);
              expect(y).toBeLessThanOrEqual(Math.max(...known) + 1e-3);
            }
          });
        },
      ),
    );
  });

  it("of weight 0 changes nothing", () => {
    const points = [
      { x: 0, y: 3 },
      { x: 1, y: null },
      { x: 2, y: -1 },
    ];
    expect(smoothed(points, 0)).toEqual(points);
  });
});

describe("drawCurves", () => {
  it("draws over steps, with gaps for what is no number", () => {
    const drawing = drawCurves([curve([1, Number.NaN, 1.7976931348623157e308, 4])], { axis: "step", smoothing: 0, runs });
    expect(drawing).toMatchObject({ x: "number", xUnit: "step" });
    expect(drawing.series[0]?.points).toEqual([
      { x: 0, y: 1 },
      { x: 1, y: null },
      { x: 2, y: null },
      { x: 3, y: 4 },
    ]);
  });

  it("takes time instead where nothing counts steps", () => {
    const stepless = { runId: "a", key: "loss", points: [0, 1, 2].map((index) => ({ step: 0, value: index, at: at(index * 600) })) };
    const drawing = drawCurves([stepless], { axis: "step", smoothing: 0, runs });
    expect(drawing.xUnit).toBe("min since start");
    expect(drawing.series[0]?.points.map((point) => point.x)).toEqual([0, 10, 20]);
  });

  it("keeps the true curve, faint, below a smoothed one", () => {
    const { series } = drawCurves([curve([1, 9, 1, 9])], { axis: "step", smoothing: 0.6, runs });
    expect(series.map(({ id, quiet }) => ({ id, quiet }))).toEqual([
      { id: "a raw", quiet: true },
      { id: "a", quiet: undefined },
    ]);
  });

  it("leaves out runs that were taken away, and draws nothing for nothing", () => {
    expect(drawCurves([curve([1, 2], "gone")], { axis: "step", smoothing: 0, runs }).series).toEqual([]);
    expect(drawCurves([], { axis: "relative", smoothing: 0.5, runs }).series).toEqual([]);
  });
});

it("asks for fewer points a run, the more runs there are", () => {
  expect([1, 10, 50, 1_000].map(pointsPerCurve)).toEqual([500, 400, 80, 60]);
});
