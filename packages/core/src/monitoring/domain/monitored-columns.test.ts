import { expect, it } from "vitest";
import { monitoredColumns, referencePath } from "./monitored-columns.ts";
import { cellVerdict, monitorState } from "./monitor-state.ts";

it("watches inputs as the descriptor sorts them and outputs by their type, and leaves moments out", () => {
  const version = {
    signature: {
      inputs: [
        { name: "distance", type: "double" },
        { name: "month", type: "integer" },
        { name: "stops", type: "integer" },
        { name: "origin", type: "string" },
        { name: "at", type: "datetime" },
      ] as const,
      outputs: [
        { name: "probability", type: "double" },
        { name: "late", type: "integer" },
        { name: "distance", type: "double" },
      ] as const,
    },
    descriptor: { features: { numeric: ["distance"], categorical: ["month", "origin"] } },
  };
  expect(monitoredColumns(version)).toEqual([
    { name: "distance", kind: "numeric", role: "input" },
    { name: "month", kind: "categorical", role: "input" },
    { name: "stops", kind: "numeric", role: "input" },
    { name: "origin", kind: "categorical", role: "input" },
    { name: "probability", kind: "numeric", role: "output" },
    { name: "late", kind: "categorical", role: "output" },
  ]);
});

it("does without a feature list, also a broken one", () => {
  const signature = { inputs: [{ name: "x", type: "boolean" }] as const, outputs: [] };
  for (const features of [undefined, null, 3, "x", { numeric: "x" }, { categorical: [1, null] }]) {
    expect(monitoredColumns({ signature, descriptor: { features } })).toEqual([{ name: "x", kind: "categorical", role: "input" }]);
  }
  expect(referencePath({})).toBe("reference.csv");
  expect(referencePath({ reference: "data/reference.csv" })).toBe("data/reference.csv");
});

const windows = (letters: string) =>
  [...letters].map((letter, index) => ({
    start: new Date(index * 1000),
    verdict: letter.toLowerCase() === "d" ? ("drifted" as const) : letter.toLowerCase() === "s" ? ("stable" as const) : ("insufficient" as const),
    isComplete: letter === letter.toLowerCase(),
  }));

it.each([
  ["", false, false, "no_traffic", null],
  ["", true, false, "waiting", null],
  ["D", true, false, "waiting", null],
  ["ii", true, false, "insufficient", 0],
  ["ssd", true, false, "drifted", 2],
  ["sdd", true, true, "drifted", 1],
  ["ddss", true, true, "drifted", 2],
  ["ddssi", true, false, "stable", 2],
] as const)("windows %s (traffic %s, open alert %s) make a monitor %s", (letters, traffic, alert, state, since) => {
  expect(monitorState(windows(letters), traffic, alert)).toEqual({ state, since: since === null ? null : new Date(since * 1000) });
});

it("shows a cell as watch from half the limit, if it is above chance", () => {
  const cell = { verdict: "stable" as const, threshold: 0.2, noiseFloor: 0.05 };
  expect(cellVerdict({ ...cell, value: 0.1 })).toBe("watch");
  expect(cellVerdict({ ...cell, value: 0.09 })).toBe("stable");
  expect(cellVerdict({ ...cell, value: 0.15, noiseFloor: 0.3 })).toBe("stable");
  expect(cellVerdict({ ...cell, verdict: "drifted", value: 0.5 })).toBe("drifted");
  expect(cellVerdict({ ...cell, verdict: "insufficient", value: null })).toBe("insufficient");
});
