import type { ObservedWorkload } from "../../serving/domain/workload.ts";

/** What one deployment should be, is, and did. All of it is read anew each time. */
export type DeploymentState = {
  name: string;
  /** Version that git asks for; null when git says nothing (any more). */
  desiredVersion: number | null;
  /** Version that answered last, and may still. */
  liveVersion: number | null;
  /** Where requests go now; null when they go nowhere. */
  endpoint: { version: number; address: string } | null;
  /** Workloads of this deployment that the target knows. */
  observed: ObservedWorkload[];
  /** How often the workload of the desired version was given up by the target since it was asked for. */
  failures: number;
  /** The next start after a failure is not before this; null = at once. */
  retryAtMs: number | null;
  /** When requests last moved to another worker; the one before may still have some under way. */
  switchedAtMs: number | null;
  nowMs: number;
};

export type ReconcileAction =
  | { kind: "start"; version: number }
  /** Requests go here from now on. */
  | { kind: "switch"; version: number; address: string }
  /** Requests go nowhere. */
  | { kind: "withdraw"; message: string }
  | { kind: "stop"; workload: string }
  /** The desired version could not be started; what is live stays. */
  | { kind: "give-up"; version: number; message: string }
  /** The live version was given up by the target; it is tried again later. */
  | { kind: "count-failure"; message: string }
  /** What answered before was given up by the target while its successor is not ready; it is tried again after a long pause. */
  | { kind: "pause-live"; message: string };

export type ReconcilePlan = {
  actions: ReconcileAction[];
  sync: "synced" | "out_of_sync";
  health: "healthy" | "progressing" | "degraded" | "missing";
  /** What to show; null = what was said when it failed still holds. */
  message: string | null;
  /** Look again after this many milliseconds even if nothing is heard; null = settled. */
  recheckMs: number | null;
};

/** Requests that were on their way to the old worker when traffic moved get this long. */
export const DRAIN_MS = 5_000;
/** Readiness is announced by the target; this only catches what was missed. */
const RECHECK_MS = 10_000;

/** `<deployment>@<version>`. */
export function workloadName(deployment: string, version: number): string {
  return `${deployment}@${version}`;
}

/** The version of a workload of this deployment, or null when it is another's. */
export function versionOfWorkload(deployment: string, workload: string): number | null {
  const prefix = `${deployment}@`;
  const rest = workload.startsWith(prefix) ? workload.slice(prefix.length) : "";
  return /^[1-9]\d*$/.test(rest) ? Number(rest) : null;
}

/**
 * What to do next so that the deployment becomes what git says. Never stops what answers before its successor is ready, and
 * keeps it when the successor fails. Doing the actions and planning again ends in a plan without actions.
 */
export function planDeployment(state: DeploymentState): ReconcilePlan {
  return state.desiredVersion === null ? planRemoval(state) : planVersion(state, state.desiredVersion);
}

function planRemoval(state: DeploymentState): ReconcilePlan {
  const actions: ReconcileAction[] = state.endpoint ? [{ kind: "withdraw", message: "It was removed." }] : [];
  actions.push(...state.observed.map((workload): ReconcileAction => ({ kind: "stop", workload: workload.name })));
  const isDone = actions.length === 0;
  return {
    actions,
    sync: isDone ? "synced" : "out_of_sync",
    health: "missing",
    message: isDone ? "Removed." : "Being removed.",
    recheckMs: isDone ? null : RECHECK_MS,
  };
}

function planVersion(state: DeploymentState, desired: number): ReconcilePlan {
  const workload = find(state, desired);
  if (workload?.state === "ready" && workload.address && !hasFailed(state, desired)) return planReady(state, desired, workload.address);
  const kept = keepLive(state, desired);
  if (hasFailed(state, desired)) return planFailed(state, desired, kept);
  if (!workload) return planStart(state, desired, kept);
  if (workload.state === "exited") return planExited(state, desired, workload, kept);
  const restarts = workload.restarts > 0 ? ` It ended ${times(workload.restarts)} so far.` : "";
  const message = workload.message ?? `Version ${desired} is starting.`;
  return { actions: [...kept, ...withdrawDead(state)], sync: "out_of_sync", health: "progressing", message: `${message}${restarts}`, recheckMs: RECHECK_MS };
}

/** The desired version was given up before it ever answered. */
function hasFailed(state: DeploymentState, desired: number): boolean {
  return state.failures > 0 && state.liveVersion !== desired;
}

function planReady(state: DeploymentState, desired: number, address: string): ReconcilePlan {
  const { endpoint } = state;
  if (endpoint?.version !== desired || endpoint.address !== address) {
    return {
      actions: [{ kind: "switch", version: desired, address }],
      sync: "out_of_sync",
      health: "progressing",
      message: `Version ${desired} is ready; requests move to it.`,
      recheckMs: RECHECK_MS,
    };
  }
  const others = state.observed.filter((workload) => workload.name !== workloadName(state.name, desired));
  const drainedMs = state.switchedAtMs === null ? 0 : state.switchedAtMs + DRAIN_MS - state.nowMs;
  const settled = { sync: "synced", health: "healthy", message: `Version ${desired} answers.` } as const;
  if (others.length === 0) return { actions: [], ...settled, recheckMs: null };
  if (drainedMs > 0) return { actions: [], ...settled, recheckMs: drainedMs };
  return { actions: others.map((workload) => ({ kind: "stop", workload: workload.name })), ...settled, recheckMs: null };
}

function planStart(state: DeploymentState, desired: number, kept: ReconcileAction[]): ReconcilePlan {
  const waitMs = state.liveVersion === desired ? pauseLeft(state) : 0;
  if (waitMs > 0) return { actions: withdrawDead(state), sync: "out_of_sync", health: "degraded", message: null, recheckMs: waitMs };
  const actions: ReconcileAction[] = [...kept, ...withdrawDead(state), { kind: "start", version: desired }];
  return { actions, sync: "out_of_sync", health: "progressing", message: `Version ${desired} is being prepared.`, recheckMs: RECHECK_MS };
}

function planExited(state: DeploymentState, desired: number, workload: ObservedWorkload, kept: ReconcileAction[]): ReconcilePlan {
  const message = workload.message ?? "The process ended again and again.";
  if (state.liveVersion !== desired) {
    const actions: ReconcileAction[] = [...kept, { kind: "give-up", version: desired, message }];
    return { actions, sync: "out_of_sync", health: "degraded", message: failedMessage(state, desired, message), recheckMs: null };
  }
  const waitMs = state.retryAtMs === null ? null : state.retryAtMs - state.nowMs;
  const degraded = { sync: "out_of_sync", health: "degraded", message } as const;
  if (waitMs === null) return { actions: [...withdrawDead(state), { kind: "count-failure", message }], ...degraded, recheckMs: RECHECK_MS };
  if (waitMs > 0) return { actions: withdrawDead(state), ...degraded, recheckMs: waitMs };
  return { actions: [...withdrawDead(state), { kind: "start", version: desired }], ...degraded, recheckMs: RECHECK_MS };
}

function planFailed(state: DeploymentState, desired: number, kept: ReconcileAction[]): ReconcilePlan {
  const leftover = find(state, desired);
  const actions: ReconcileAction[] = leftover ? [...kept, { kind: "stop", workload: leftover.name }] : kept;
  const live = state.liveVersion === null ? null : find(state, state.liveVersion);
  const isLiveSettled = state.liveVersion === null || (live?.state === "ready" && state.endpoint?.version === state.liveVersion);
  return { actions, sync: "out_of_sync", health: "degraded", message: null, recheckMs: isLiveSettled ? null : Math.max(RECHECK_MS, pauseLeft(state)) };
}

/** While the desired version is not ready, the one before must answer: also after the machine was restarted. */
function keepLive(state: DeploymentState, desired: number): ReconcileAction[] {
  const { liveVersion } = state;
  if (liveVersion === null || liveVersion === desired) return [];
  const workload = find(state, liveVersion);
  if (!workload || workload.state === "exited") {
    if (workload && state.retryAtMs === null) return [{ kind: "pause-live", message: workload.message ?? "The process ended again and again." }];
    return pauseLeft(state) > 0 ? [] : [{ kind: "start", version: liveVersion }];
  }
  if (workload.state !== "ready" || !workload.address) return [];
  if (state.endpoint?.version === liveVersion && state.endpoint.address === workload.address) return [];
  return [{ kind: "switch", version: liveVersion, address: workload.address }];
}

function pauseLeft(state: DeploymentState): number {
  return state.retryAtMs === null ? 0 : Math.max(0, state.retryAtMs - state.nowMs);
}

/** An endpoint whose process is not there answers nobody. */
function withdrawDead(state: DeploymentState): ReconcileAction[] {
  if (!state.endpoint) return [];
  const workload = find(state, state.endpoint.version);
  const isAlive = workload && workload.state !== "exited" && (workload.state !== "ready" || workload.address === state.endpoint.address);
  return isAlive ? [] : [{ kind: "withdraw", message: workload?.message ?? "Its process is not running." }];
}

/** `Version 4 could not be started. Version 3 still answers. <why>` */
export function failedMessage(state: Pick<DeploymentState, "liveVersion">, desired: number, why: string): string {
  const kept = state.liveVersion === null ? "Nothing answers." : `Version ${state.liveVersion} still answers.`;
  return `Version ${desired} could not be started. ${kept} ${why}`;
}

function find(state: DeploymentState, version: number): ObservedWorkload | undefined {
  const name = workloadName(state.name, version);
  return state.observed.find((workload) => workload.name === name);
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
