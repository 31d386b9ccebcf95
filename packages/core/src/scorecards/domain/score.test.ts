import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHECK_IDS, score, type ScoreFacts } from "./score.ts";

const NOTHING: ScoreFacts = {
  slug: "flights",
  activeOwners: 0,
  knownCommit: null,
  template: null,
  pipelines: 0,
  specProblem: null,
  recentGoodRuns: 0,
  lastGoodRun: null,
  latestVersion: null,
  live: null,
  rowsToday: 0,
  lastReport: null,
  hasMonitor: false,
  triggers: [],
  triggeredRuns: 0,
  decidedRequests: 0,
};
const REGISTERED: ScoreFacts = { ...NOTHING, activeOwners: 1, knownCommit: "a".repeat(40), template: { name: "tabular-model", version: "1.0.0" } };
const AUTOMATED: ScoreFacts = {
  ...REGISTERED,
  pipelines: 1,
  recentGoodRuns: 2,
  lastGoodRun: { number: 7, hasParameters: true, hasMetrics: true, hasData: true, hasLock: true },
  latestVersion: { model: "flights", version: 3, hasRun: true, hasCommit: true, hasData: true },
};
const DEPLOYED: ScoreFacts = {
  ...AUTOMATED,
  live: {
    deployment: "flights-production",
    model: "flights",
    version: 3,
    cardLength: 900,
    isSynced: true,
    isHealthy: true,
    changeRequest: 12,
    approvals: 1,
    approvalsRequired: 1,
    gates: { passed: 7, failed: 0, total: 8 },
  },
};
const CONTINUOUS: ScoreFacts = {
  ...DEPLOYED,
  rowsToday: 5,
  hasMonitor: true,
  lastReport: { windowEnd: new Date("2001-03-01"), verdict: "drifted" },
  triggers: ["drift"],
  triggeredRuns: 1,
  decidedRequests: 1,
};

describe("the level", () => {
  it.each([
    ["nothing", NOTHING, 0, "own.resolved", "/projects/flights/settings"],
    ["a registered project", REGISTERED, 0, "pipe.valid", "/projects/flights"],
    ["an automated pipeline", AUTOMATED, 1, "dep.gitops", "/projects/flights"],
    ["a deployed model", DEPLOYED, 2, "mon.live", "/deployments/flights-production"],
    ["continuous training", CONTINUOUS, 3, undefined, undefined],
  ])("of %s, and its next step", (_, facts, level, checkId, href) => {
    const result = score(facts);
    expect(result.level).toBe(level);
    expect(result.next?.checkId).toBe(checkId);
    expect(result.next?.href).toBe(href);
  });

  it("is not raised by what comes later when something before it fails", () => {
    expect(score({ ...CONTINUOUS, lastGoodRun: { number: 7, hasParameters: true, hasMetrics: false, hasData: true, hasLock: true } })).toMatchObject({
      level: 0,
      next: { checkId: "run.tracked", href: "/projects/flights/runs/7" },
    });
  });

  it("counts the checks of each level", () => {
    const { levels } = score(CONTINUOUS);
    expect(levels.map(({ passed, total }) => passed === total)).toEqual([true, true, true, true]);
    expect(levels.reduce((sum, { total }) => sum + total, 0)).toBe(CHECK_IDS.length);
  });
});

describe("a check", () => {
  const resultOf = (facts: ScoreFacts, id: string) => score(facts).checks.find((check) => check.id === id);

  it("is unknown while nothing is recorded, and not failed", () => {
    expect(["pipe.valid", "run.tracked", "model.lineage", "dep.gitops", "card.complete", "mon.drift"].map((id) => resultOf(NOTHING, id)?.result)).toEqual(
      Array.from({ length: 6 }, () => "unknown"),
    );
  });

  it.each([
    ["pipe.valid", { ...CONTINUOUS, specProblem: "trellis.yaml:3:1: expected a mapping" }, "trellis.yaml:3:1: expected a mapping"],
    [
      "run.tracked",
      { ...CONTINUOUS, lastGoodRun: { number: 7, hasParameters: false, hasMetrics: true, hasData: false, hasLock: true } },
      "Run 7 lacks parameters and the data version",
    ],
    ["dep.gitops", { ...CONTINUOUS, live: { ...(DEPLOYED.live ?? never()), isSynced: false } }, "flights-production differs from git"],
    ["dep.gitops", { ...CONTINUOUS, live: { ...(DEPLOYED.live ?? never()), approvals: 0 } }, "flights-production went live without an approval"],
    ["eval.gate", { ...CONTINUOUS, live: { ...(DEPLOYED.live ?? never()), gates: { passed: 6, failed: 1, total: 8 } } }, "6 of 8 gates passed"],
    ["card.complete", { ...CONTINUOUS, live: { ...(DEPLOYED.live ?? never()), cardLength: 0 } }, "No card"],
    ["mon.drift", { ...CONTINUOUS, lastReport: { windowEnd: new Date(), verdict: "insufficient" as const } }, "Every window so far has too few rows"],
    ["ct.trigger", { ...CONTINUOUS, triggers: [] }, "No trigger is declared"],
  ])("%s that fails says why", (id, facts, evidence) => {
    expect(resultOf(facts, id)).toMatchObject({ result: "fail", evidence });
  });

  it("never reads worse when a fact gets better", () => {
    fc.assert(
      fc.property(fc.nat({ max: 50 }), fc.nat({ max: 50 }), fc.nat({ max: 50 }), (runs, rows, decided) => {
        const facts = { ...CONTINUOUS, recentGoodRuns: runs, rowsToday: rows, decidedRequests: decided };
        const better = { ...facts, recentGoodRuns: runs + 1, rowsToday: rows + 1, decidedRequests: decided + 1 };
        expect(score(better).level).toBeGreaterThanOrEqual(score(facts).level);
      }),
    );
  });
});

function never(): never {
  throw new Error("DEPLOYED has a live version");
}
