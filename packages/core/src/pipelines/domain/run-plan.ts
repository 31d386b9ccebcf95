import { isStepGood, type StepStatus } from "./run-state.ts";
import { ENVIRONMENT_STEP, type Stage } from "./pipeline-spec.ts";
import { stepsAfter } from "./step-graph.ts";

/** A step as the plan sees it. */
export type PlannedStep = { key: string; needs: readonly string[]; status: StepStatus };

/** What the end of a step lets happen: which steps may queue, and which can never run. Both in the order given. */
export function afterStep(steps: readonly PlannedStep[], ended: string): { queue: string[]; skip: string[] } {
  const status = new Map(steps.map((step) => [step.key, step.status]));
  const endedStatus = status.get(ended);
  if (!endedStatus) return { queue: [], skip: [] };
  if (!isStepGood(endedStatus)) {
    const after = stepsAfter(steps, [ended]);
    return { queue: [], skip: steps.filter((step) => after.has(step.key) && step.status === "waiting").map((step) => step.key) };
  }
  const ready = (step: PlannedStep): boolean =>
    step.status === "waiting" && step.needs.includes(ended) && step.needs.every((need) => isStepGood(status.get(need) ?? "waiting"));
  return { queue: steps.filter(ready).map((step) => step.key), skip: [] };
}

/** Why a step that waits has not begun, in words. */
export function waitingReason(step: PlannedStep, steps: readonly PlannedStep[]): string {
  const open = step.needs.filter((need) => !isStepGood(steps.find((other) => other.key === need)?.status ?? "waiting"));
  return open.length === 0 ? "" : `Waiting for ${listInWords(open)}`;
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listInWords(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? "";
  if (names.length <= 3) return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}

export type RetryStep = { key: string; stage: Stage; action: "reuse" | "run"; why: string };

/**
 * What a retry of an ended run would do: a step is reused when it succeeded and nothing before it runs again. The step that
 * makes the environment is not reused: it finds its result by itself. `registered`: the step whose model was refused.
 */
export function planResume(steps: readonly (PlannedStep & { stage: Stage })[], options: { refusedModelOf?: string | null } = {}): RetryStep[] {
  const again = new Map<string, string>();
  for (const step of steps) {
    if (step.key === ENVIRONMENT_STEP) continue;
    if (!isStepGood(step.status))
      again.set(step.key, step.status === "skipped" || step.status === "waiting" ? "It did not run." : `It ${PAST[step.status] ?? "did not end"}.`);
    else if (step.key === options.refusedModelOf) again.set(step.key, "Its model could not be registered.");
  }
  const caused = new Map<string, string>();
  for (const key of again.keys()) for (const after of stepsAfter(steps, [key])) if (!caused.has(after)) caused.set(after, key);
  return steps.map((step) => {
    if (step.key === ENVIRONMENT_STEP) return { key: step.key, stage: step.stage, action: "run", why: "The environment is looked up by its lock file." };
    const own = again.get(step.key);
    const cause = caused.get(step.key);
    if (own && step.status !== "skipped") return { key: step.key, stage: step.stage, action: "run", why: own };
    if (cause) return { key: step.key, stage: step.stage, action: "run", why: `It needs ${cause}, which runs again.` };
    if (own) return { key: step.key, stage: step.stage, action: "run", why: own };
    return { key: step.key, stage: step.stage, action: "reuse", why: "It succeeded and nothing before it changes." };
  });
}

const PAST: Partial<Record<StepStatus, string>> = { failed: "failed", errored: "ended with a platform error", cancelled: "was cancelled" };
