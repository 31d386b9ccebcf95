import { describe, expect, it } from "vitest";
import { type Comparison, comparisonFinding, comparisonOfRuns, dataIdentity, deltaOf, type Side, sideColor } from "./compare-model";

const side = (more: Partial<Side> = {}): Side => ({
  id: "a",
  label: "a",
  detail: "",
  href: "/",
  color: sideColor(0),
  runId: "a",
  code: { project: "p", commit: "c1" },
  lockDigest: "sha256:1",
  data: [{ name: "data", digest: "sha256:d", href: null }],
  signature: null,
  ...more,
});
const row = <Value>(key: string, ...values: (Value | null)[]) => ({ key, values, differs: new Set(values).size > 1 });
const comparison = (sides: Side[], more: Partial<Comparison> = {}): Comparison => ({
  noun: "run",
  groups: ["3"],
  sides,
  metrics: [row("auc", 0.7, 0.8), row("f1", 1, 1)],
  curves: [],
  params: [],
  tags: [],
  ...more,
});

describe("comparisonFinding", () => {
  it("counts what differs and says what is the same", () => {
    expect(comparisonFinding(comparison([side(), side()]))).toBe("1 metric and no parameters differ; same data, environment and code.");
    const other = side({ lockDigest: "sha256:2", code: { project: "p", commit: "c2" } });
    expect(comparisonFinding(comparison([side(), other], { params: [row("depth", "1", "2"), row("seed", "1", null)] }))).toBe(
      "1 metric and 2 parameters differ; same data; different environment and code.",
    );
  });

  it("says when a fact is not known of every column", () => {
    expect(comparisonFinding(comparison([side(), side({ code: null, data: [] })]))).toContain("same environment; data and code not known of all");
  });
});

it("names data by what it is, whatever its order", () => {
  const [train, test] = [
    { name: "train", digest: "1", href: null },
    { name: "test", digest: "2", href: null },
  ];
  expect(dataIdentity(side({ data: [train, test] }))).toBe(dataIdentity(side({ data: [test, train] })));
  expect(dataIdentity(side({ data: [] }))).toBeNull();
});

it("tells how far a value is from the first", () => {
  expect(deltaOf(0.8, 0.4)).toEqual({ absolute: 0.4, relative: 1 });
  expect(deltaOf(-2, -1)).toEqual({ absolute: -1, relative: -1 });
  expect(deltaOf(1, 0)).toEqual({ absolute: 1, relative: null });
  expect([deltaOf(1, 1), deltaOf(null, 1), deltaOf(1, null), deltaOf(Number.NaN, 1)]).toEqual([null, null, null, null]);
});

it("gives the first eight columns a colour of their own, and links each run to its page", () => {
  const base = {
    deleted: false,
    source: "client" as const,
    status: "FINISHED" as const,
    startedAt: new Date(0),
    endedAt: null,
    userName: "",
    lockDigest: null,
    versions: [],
    datasets: [],
  };
  const project = { id: "p", slug: "delays", title: "Delays" };
  const { sides } = comparisonOfRuns({
    runs: [
      { ...base, id: "r1", name: "", experiment: { id: 3, name: "grid" }, project, pipelineRun: null, commit: "not a commit" },
      {
        ...base,
        id: "r2",
        name: "train 4",
        experiment: { id: 4, name: "train" },
        project,
        pipelineRun: { number: 4, status: "succeeded", parameters: {} },
        commit: "abcdef0",
      },
    ],
    metrics: [],
    params: [],
    tags: [],
  });
  expect(sides.map(({ label, href, code }) => ({ label, href, code }))).toEqual([
    { label: "r1", href: "/experiments/3/runs/r1", code: null },
    { label: "train 4", href: "/projects/delays/runs/4", code: { project: "delays", commit: "abcdef0" } },
  ]);
  expect(new Set(Array.from({ length: 9 }, (_, place) => sideColor(place))).size).toBe(9);
});
