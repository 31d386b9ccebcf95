export type Level = 0 | 1 | 2 | 3;
export type CheckResult = "pass" | "fail" | "unknown";

/** What the platform has written down itself about a project. Null = nothing is recorded yet. */
export type ScoreFacts = {
  slug: string;
  /** Owners who can still sign in. */
  activeOwners: number;
  /** Commit that a `trellis.yaml` was last read from, good or not. */
  knownCommit: string | null;
  template: { name: string; version: string } | null;
  pipelines: number;
  specProblem: string | null;
  /** Good runs of the last 30 days. */
  recentGoodRuns: number;
  lastGoodRun: { number: number; hasParameters: boolean; hasMetrics: boolean; hasData: boolean; hasLock: boolean } | null;
  latestVersion: { model: string; version: number; hasRun: boolean; hasCommit: boolean; hasData: boolean } | null;
  /** The live version, of production when there is one. */
  live: {
    deployment: string;
    model: string;
    version: number;
    cardLength: number;
    isSynced: boolean;
    isHealthy: boolean;
    /** Number of the request that brought it; null when none did. */
    changeRequest: number | null;
    /** Approvals by others that its request has. */
    approvals: number;
    approvalsRequired: number;
    gates: { passed: number; failed: number; total: number };
  } | null;
  /** Rows that the live version answered in the last 24 hours. */
  rowsToday: number;
  /** The last window of the live version that could be judged; one with too few rows only when there is no other. */
  lastReport: { windowEnd: Date; verdict: "stable" | "drifted" | "insufficient" } | null;
  hasMonitor: boolean;
  /** Kinds of triggers that `trellis.yaml` declares. */
  triggers: string[];
  /** Runs of the last 90 days that a trigger has started. */
  triggeredRuns: number;
  /** Requests that such runs have opened and that were decided. */
  decidedRequests: number;
};

export type Check = {
  id: string;
  level: Level;
  title: string;
  result: CheckResult;
  evidence: string;
  /** Path in the portal that shows it. */ href: string | null;
};
export type NextStep = { checkId: string; level: Level; title: string; /** What to do, in words. */ action: string; href: string };
export type LevelScore = { level: Level; title: string; passed: number; total: number };
export type Score = { level: Level; levels: LevelScore[]; checks: Check[]; next: NextStep | null };

export const LEVEL_TITLES = ["Registered", "Automated pipeline", "CI and CD", "Continuous training"] as const;
const LEVELS: readonly Level[] = [0, 1, 2, 3];
/** A card shorter than this, in characters, does not say what a model is for, how good it is and where it fails. */
const MIN_CARD = 300;

type Rule = { id: string; level: Level; title: string; judge(facts: ScoreFacts): Verdict; action: string; href(facts: ScoreFacts): string };
type Verdict = { result: CheckResult; evidence: string };

const project = ({ slug }: ScoreFacts): string => `/projects/${slug}`;
const deployment = (facts: ScoreFacts): string => (facts.live ? `/deployments/${facts.live.deployment}` : project(facts));
const monitor = (facts: ScoreFacts): string => (facts.live ? `/monitoring/${facts.live.deployment}` : project(facts));
const version = (facts: ScoreFacts): string => {
  const found = facts.live ?? facts.latestVersion;
  return found ? `/models/${found.model}/versions/${found.version}` : project(facts);
};
const lastRun = (facts: ScoreFacts): string => (facts.lastGoodRun ? `${project(facts)}/runs/${facts.lastGoodRun.number}` : project(facts));

const passIf = (passes: boolean, evidence: string): Verdict => ({ result: passes ? "pass" : "fail", evidence });
const unknown = (evidence: string): Verdict => ({ result: "unknown", evidence });

const RULES: readonly Rule[] = [
  {
    id: "own.resolved",
    level: 0,
    title: "An owner can be reached",
    action: "Name an owner who has access",
    href: (facts) => `${project(facts)}/settings`,
    judge: ({ activeOwners }) => passIf(activeOwners > 0, activeOwners === 1 ? "1 owner" : `${activeOwners} owners`),
  },
  {
    id: "repo.linked",
    level: 0,
    title: "The code is in its repository",
    action: "Push a first commit with a trellis.yaml",
    href: project,
    judge: ({ knownCommit }) => (knownCommit ? passIf(true, `Commit ${knownCommit.slice(0, 8)}`) : unknown("No commit was seen yet")),
  },
  {
    id: "tmpl.known",
    level: 0,
    title: "Its template is known",
    action: "Create projects from a template",
    href: () => "/create",
    judge: ({ template }) => passIf(true, template ? `${template.name} ${template.version}` : "It comes from no template, so there is none to follow"),
  },
  {
    id: "pipe.valid",
    level: 1,
    title: "trellis.yaml declares a pipeline",
    action: "Mend trellis.yaml and push it",
    href: project,
    judge: ({ pipelines, specProblem, knownCommit }) => {
      if (specProblem) return passIf(false, specProblem);
      return knownCommit ? passIf(pipelines > 0, pipelines === 1 ? "1 pipeline" : `${pipelines} pipelines`) : unknown("No trellis.yaml was read yet");
    },
  },
  {
    id: "pipe.runs",
    level: 1,
    title: "The pipeline has run through in the last 30 days",
    action: "Run the pipeline until it succeeds",
    href: project,
    judge: ({ recentGoodRuns }) => passIf(recentGoodRuns > 0, recentGoodRuns === 1 ? "1 good run" : `${recentGoodRuns} good runs`),
  },
  {
    id: "env.locked",
    level: 1,
    title: "Dependencies are locked",
    action: "Commit a uv.lock",
    href: lastRun,
    judge: ({ lastGoodRun }) =>
      lastGoodRun
        ? passIf(lastGoodRun.hasLock, lastGoodRun.hasLock ? `Run ${lastGoodRun.number} used a lock file` : `Run ${lastGoodRun.number} had no lock file`)
        : unknown("No good run yet"),
  },
  {
    id: "run.tracked",
    level: 1,
    title: "Runs record parameters, metrics and data",
    action: "Report metrics and declare inputs in trellis.yaml",
    href: lastRun,
    judge: ({ lastGoodRun }) => {
      if (!lastGoodRun) return unknown("No good run yet");
      const missing = [
        lastGoodRun.hasParameters ? "" : "parameters",
        lastGoodRun.hasMetrics ? "" : "metrics",
        lastGoodRun.hasData ? "" : "the data version",
      ].filter((word) => word !== "");
      return passIf(
        missing.length === 0,
        missing.length === 0 ? `Run ${lastGoodRun.number} has all of them` : `Run ${lastGoodRun.number} lacks ${missing.join(" and ")}`,
      );
    },
  },
  {
    id: "model.lineage",
    level: 1,
    title: "The model's origin is known",
    action: "Register a version by a run, with declared inputs",
    href: version,
    judge: ({ latestVersion }) => {
      if (!latestVersion) return unknown("No version yet");
      return passIf(
        latestVersion.hasRun && latestVersion.hasCommit && latestVersion.hasData,
        `${latestVersion.model} version ${latestVersion.version}${latestVersion.hasData ? " knows its run, commit and data" : " does not know its data"}`,
      );
    },
  },
  {
    id: "dep.gitops",
    level: 2,
    title: "What is live is what git says, by somebody else's approval",
    action: "Ask for a deployment and have it approved",
    href: deployment,
    judge: ({ live }) => {
      if (!live) return unknown("Nothing is live yet");
      if (!live.isSynced) return passIf(false, `${live.deployment} differs from git`);
      return passIf(
        live.approvals > 0 && live.changeRequest !== null,
        live.approvals > 0
          ? `CR-${live.changeRequest}, approved by ${live.approvals === 1 ? "another person" : `${live.approvals} others`}`
          : `${live.deployment} went live without an approval`,
      );
    },
  },
  {
    id: "eval.gate",
    level: 2,
    title: "The live version has passed its gates",
    action: "Deploy a version whose gates pass",
    href: (facts) => (facts.live?.changeRequest ? `/approvals/${facts.live.changeRequest}` : deployment(facts)),
    judge: ({ live }) => {
      if (!live) return unknown("Nothing is live yet");
      if (live.gates.total === 0) return unknown("No gate was judged");
      return passIf(live.gates.failed === 0, `${live.gates.passed} of ${live.gates.total} gates passed`);
    },
  },
  {
    id: "card.complete",
    level: 2,
    title: "The live version has a model card",
    action: "Write the model card",
    href: version,
    judge: ({ live }) =>
      live
        ? passIf(live.cardLength >= MIN_CARD, live.cardLength === 0 ? "No card" : `A card of ${live.cardLength} characters`)
        : unknown("Nothing is live yet"),
  },
  {
    id: "mon.live",
    level: 3,
    title: "The live version is used",
    action: "Send it traffic",
    href: deployment,
    judge: ({ live, rowsToday }) => (live ? passIf(rowsToday > 0, `${rowsToday} predictions in 24 hours`) : unknown("Nothing is live yet")),
  },
  {
    id: "mon.drift",
    level: 3,
    title: "Drift is judged",
    action: "Wait for a full window of traffic, or make windows shorter in trellis.yaml",
    href: monitor,
    judge: ({ live, hasMonitor, lastReport }) => {
      if (!live) return unknown("Nothing is live yet");
      if (!hasMonitor) return passIf(false, "No monitor");
      if (!lastReport) return unknown("No window is judged yet");
      return passIf(
        lastReport.verdict !== "insufficient",
        lastReport.verdict === "insufficient"
          ? "Every window so far has too few rows"
          : `The window up to ${lastReport.windowEnd.toISOString().slice(0, 10)} is ${lastReport.verdict}`,
      );
    },
  },
  {
    id: "ct.trigger",
    level: 3,
    title: "Retraining starts by itself",
    action: "Declare a drift trigger in trellis.yaml",
    href: project,
    judge: ({ triggers, triggeredRuns }) => {
      if (triggers.length === 0) return passIf(false, "No trigger is declared");
      return triggeredRuns > 0
        ? passIf(true, triggeredRuns === 1 ? "1 run in 90 days" : `${triggeredRuns} runs in 90 days`)
        : unknown(`Declared (${triggers.join(", ")}), not fired yet`);
    },
  },
  {
    id: "ct.closed",
    level: 3,
    title: "A retrained version was decided on",
    action: "Decide the request that a retraining run has opened",
    href: () => "/approvals",
    judge: ({ triggeredRuns, decidedRequests }) => {
      if (triggeredRuns === 0) return unknown("No triggered run yet");
      return passIf(decidedRequests > 0, decidedRequests === 1 ? "1 request decided" : `${decidedRequests} requests decided`);
    },
  },
];

/** Ids of all checks, in the order in which they are worked on. */
export const CHECK_IDS: readonly string[] = RULES.map(({ id }) => id);

/**
 * How far a project is. Its level is the highest one for which every check up to it passes; unknown counts as not passed, since
 * only what was recorded counts. The next step is the first check that does not pass.
 */
export function score(facts: ScoreFacts): Score {
  const checks = RULES.map(({ id, level, title, judge, href }): Check => ({ id, level, title, ...judge(facts), href: href(facts) }));
  const levels = LEVELS.map((level): LevelScore => {
    const own = checks.filter((check) => check.level === level);
    return { level, title: LEVEL_TITLES[level], passed: own.filter(({ result }) => result === "pass").length, total: own.length };
  });
  let reached: Level = 0;
  for (const { level, passed, total } of levels) {
    if (passed < total) break;
    reached = level;
  }
  const open = checks.findIndex(({ result }) => result !== "pass");
  const rule = RULES[open];
  return {
    level: reached,
    levels,
    checks,
    next: rule ? { checkId: rule.id, level: rule.level, title: rule.title, action: rule.action, href: rule.href(facts) } : null,
  };
}
