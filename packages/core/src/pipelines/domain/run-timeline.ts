import type { AttemptStatus, RunStatus, StepStatus } from "./run-state.ts";
import { isRunEnded, isStepEnded } from "./run-state.ts";
import { orderSteps } from "./step-graph.ts";

type Moment = Date | number | string | null;

export type TimelineStep = {
  key: string;
  stage: string;
  status: StepStatus;
  reason: string;
  needs: readonly string[];
  queuedAt: Moment;
  startedAt: Moment;
  endedAt: Moment;
};
export type TimelineAttempt = {
  stepKey: string;
  number: number;
  status: AttemptStatus;
  queuedAt: Moment;
  launchedAt: Moment;
  startedAt: Moment;
  endedAt: Moment;
};
export type TimelineInput = {
  /** Milliseconds; the end of everything that is still going on. */
  now: number;
  run: { status: RunStatus; createdAt: Moment; endedAt: Moment };
  steps: readonly TimelineStep[];
  attempts: readonly TimelineAttempt[];
};

/** One stretch of a lane: waiting for a slot, preparing the folder, or the command itself. Milliseconds. */
export type TimelineBar = {
  kind: "queued" | "preparing" | "running";
  attempt: number;
  status: AttemptStatus | "queued";
  startMs: number;
  endMs: number;
  live: boolean;
};

export type TimelineLane = {
  key: string;
  stage: string;
  /** Longest chain of needs before it: its column in a drawing of the graph. */
  depth: number;
  status: StepStatus;
  reason: string;
  /** Part of the chain of steps that decided when the run ended. */
  critical: boolean;
  startMs: number | null;
  endMs: number | null;
  bars: TimelineBar[];
};

export type Timeline = { startMs: number; endMs: number; live: boolean; lanes: TimelineLane[]; criticalPath: string[] };

/** Folds a run's steps and attempts into lanes of bars for a Gantt chart. Works in a browser on parsed JSON as well. */
export function foldTimeline(input: TimelineInput): Timeline {
  const live = !isRunEnded(input.run.status);
  const startMs = toMs(input.run.createdAt) ?? input.now;
  const depths = depthsOf(input.steps);
  const lanes = input.steps.map((step) => {
    const bars = barsOf(
      step,
      input.attempts.filter((attempt) => attempt.stepKey === step.key),
      input.now,
    );
    return {
      key: step.key,
      stage: step.stage,
      depth: depths.get(step.key) ?? 0,
      status: step.status,
      reason: step.reason,
      critical: false,
      startMs: bars[0]?.startMs ?? toMs(step.startedAt),
      endMs: bars.at(-1)?.endMs ?? toMs(step.endedAt),
      bars,
    };
  });
  const criticalPath = findCriticalPath(input.steps, lanes);
  for (const lane of lanes) lane.critical = criticalPath.includes(lane.key);
  const lastMs = Math.max(startMs, ...lanes.map((lane) => lane.endMs ?? startMs));
  const endMs = live ? Math.max(input.now, lastMs) : Math.max(toMs(input.run.endedAt) ?? lastMs, startMs);
  return { startMs, endMs, live, lanes, criticalPath };
}

function barsOf(step: TimelineStep, attempts: readonly TimelineAttempt[], now: number): TimelineBar[] {
  const bars: TimelineBar[] = [];
  for (const attempt of attempts.toSorted((a, b) => a.number - b.number)) {
    const queued = toMs(attempt.queuedAt);
    const launched = toMs(attempt.launchedAt);
    const started = toMs(attempt.startedAt);
    const ended = toMs(attempt.endedAt);
    const stop = ended ?? now;
    const bar = (kind: TimelineBar["kind"], from: number, to: number, open: boolean): void => {
      if (to > from || kind === "running")
        bars.push({
          kind,
          attempt: attempt.number,
          status: kind === "queued" ? "queued" : attempt.status,
          startMs: from,
          endMs: Math.max(from, to),
          live: open,
        });
    };
    if (queued !== null) bar("queued", queued, launched ?? stop, false);
    if (launched !== null) bar("preparing", launched, started ?? stop, started === null && ended === null);
    if (started !== null) bar("running", started, stop, ended === null);
  }
  const queued = toMs(step.queuedAt);
  if (step.status === "queued" && queued !== null) {
    bars.push({ kind: "queued", attempt: attempts.length + 1, status: "queued", startMs: queued, endMs: Math.max(queued, now), live: true });
  }
  return bars;
}

/** From the step that ended last back along the need that ended last: shortening any of these would shorten the run. */
function findCriticalPath(steps: readonly TimelineStep[], lanes: readonly TimelineLane[]): string[] {
  const byKey = new Map(steps.map((step) => [step.key, step]));
  const ends = new Map(lanes.flatMap((lane) => (lane.endMs === null || lane.bars.length === 0 ? [] : [[lane.key, lane.endMs] as const])));
  const latest = (keys: Iterable<string>): string | null => {
    let best: string | null = null;
    for (const key of keys) if (ends.has(key) && (best === null || (ends.get(key) ?? 0) > (ends.get(best) ?? 0))) best = key;
    return best;
  };
  const path: string[] = [];
  for (let key = latest(ends.keys()); key !== null && !path.includes(key); key = latest(byKey.get(key)?.needs ?? [])) path.unshift(key);
  return path;
}

function depthsOf(steps: readonly TimelineStep[]): Map<string, number> {
  const depths = new Map<string, number>();
  for (const step of orderSteps(steps).order ?? steps) depths.set(step.key, Math.max(0, ...step.needs.map((need) => (depths.get(need) ?? -1) + 1)));
  return depths;
}

function toMs(moment: Moment): number | null {
  if (moment === null) return null;
  return typeof moment === "number" ? moment : new Date(moment).getTime();
}

/** True while any lane may still grow. */
export function isTimelineLive(steps: readonly { status: StepStatus }[]): boolean {
  return steps.some((step) => !isStepEnded(step.status));
}
