import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ObservedWorkload } from "../../serving/ports.ts";
import { type DeploymentState, DRAIN_MS, planDeployment, type ReconcileAction, versionOfWorkload, workloadName } from "./reconcile-plan.ts";

const ready = (version: number, address = `http://w${version}`): ObservedWorkload => ({
  name: workloadName("d", version),
  state: "ready",
  address,
  restarts: 0,
  message: null,
});
const starting = (version: number): ObservedWorkload => ({ name: workloadName("d", version), state: "starting", address: null, restarts: 0, message: null });
const exited = (version: number): ObservedWorkload => ({
  name: workloadName("d", version),
  state: "exited",
  address: null,
  restarts: 5,
  message: "It exited with code 1.",
});
const state = (more: Partial<DeploymentState> = {}): DeploymentState => ({
  name: "d",
  desiredVersion: 1,
  liveVersion: null,
  endpoint: null,
  observed: [],
  failures: 0,
  retryAtMs: null,
  switchedAtMs: null,
  nowMs: 1_000_000,
  ...more,
});
const at = (version: number) => ({ version, address: `http://w${version}` });
const live1 = { desiredVersion: 2, liveVersion: 1, endpoint: at(1), switchedAtMs: 0 };

describe("planDeployment", () => {
  it.each<[string, Partial<DeploymentState>, ReconcileAction[], string]>([
    ["starts what git asks for", {}, [{ kind: "start", version: 1 }], "out_of_sync progressing"],
    ["waits while it starts", { observed: [starting(1)] }, [], "out_of_sync progressing"],
    ["moves requests once it is ready", { observed: [ready(1)] }, [{ kind: "switch", version: 1, address: "http://w1" }], "out_of_sync progressing"],
    ["has nothing to do when it answers", { observed: [ready(1)], liveVersion: 1, endpoint: at(1) }, [], "synced healthy"],
    ["starts the successor beside what is live", { ...live1, observed: [ready(1)] }, [{ kind: "start", version: 2 }], "out_of_sync progressing"],
    ["keeps what is live while the successor starts", { ...live1, observed: [ready(1), starting(2)] }, [], "out_of_sync progressing"],
    [
      "moves requests to the successor before it stops anything",
      { ...live1, observed: [ready(1), ready(2)] },
      [{ kind: "switch", version: 2, address: "http://w2" }],
      "out_of_sync progressing",
    ],
    [
      "lets the old one drain",
      { desiredVersion: 2, liveVersion: 2, endpoint: at(2), observed: [ready(1), ready(2)], switchedAtMs: 1_000_000 - DRAIN_MS + 1 },
      [],
      "synced healthy",
    ],
    [
      "stops the old one then",
      { desiredVersion: 2, liveVersion: 2, endpoint: at(2), observed: [ready(1), ready(2)], switchedAtMs: 1_000_000 - DRAIN_MS },
      [{ kind: "stop", workload: "d@1" }],
      "synced healthy",
    ],
    [
      "gives a successor up that cannot start",
      { ...live1, observed: [ready(1), exited(2)] },
      [{ kind: "give-up", version: 2, message: "It exited with code 1." }],
      "out_of_sync degraded",
    ],
    ["leaves one alone that was given up", { ...live1, failures: 1, observed: [ready(1)] }, [], "out_of_sync degraded"],
    [
      "never moves requests to one that was given up",
      { ...live1, failures: 1, observed: [ready(1), ready(2)] },
      [{ kind: "stop", workload: "d@2" }],
      "out_of_sync degraded",
    ],
    [
      "starts what was live again when its successor failed and all is gone",
      { ...live1, endpoint: null, failures: 1 },
      [{ kind: "start", version: 1 }],
      "out_of_sync degraded",
    ],
    [
      "starts both after everything was lost",
      { ...live1, endpoint: null },
      [
        { kind: "start", version: 1 },
        { kind: "start", version: 2 },
      ],
      "out_of_sync progressing",
    ],
    [
      "withdraws an address behind which nothing runs",
      { liveVersion: 1, endpoint: at(1) },
      [
        { kind: "withdraw", message: "Its process is not running." },
        { kind: "start", version: 1 },
      ],
      "out_of_sync progressing",
    ],
    [
      "follows a process to its new address",
      { liveVersion: 1, endpoint: at(1), observed: [ready(1, "http://new")] },
      [{ kind: "switch", version: 1, address: "http://new" }],
      "out_of_sync progressing",
    ],
    [
      "counts it when what is live was given up by the target",
      { liveVersion: 1, endpoint: at(1), observed: [exited(1)] },
      [
        { kind: "withdraw", message: "It exited with code 1." },
        { kind: "count-failure", message: "It exited with code 1." },
      ],
      "out_of_sync degraded",
    ],
    ["waits for the pause", { liveVersion: 1, observed: [exited(1)], failures: 1, retryAtMs: 1_000_001 }, [], "out_of_sync degraded"],
    [
      "tries again after the pause",
      { liveVersion: 1, observed: [exited(1)], failures: 1, retryAtMs: 1_000_000 },
      [{ kind: "start", version: 1 }],
      "out_of_sync degraded",
    ],
    [
      "gives what was live a long pause when both cannot start",
      { ...live1, endpoint: null, failures: 1, observed: [exited(1)] },
      [{ kind: "pause-live", message: "It exited with code 1." }],
      "out_of_sync degraded",
    ],
    [
      "stops everything that git does not ask for",
      { desiredVersion: null, liveVersion: 1, endpoint: at(1), observed: [ready(1), starting(2)] },
      [
        { kind: "withdraw", message: "It was removed." },
        { kind: "stop", workload: "d@1" },
        { kind: "stop", workload: "d@2" },
      ],
      "out_of_sync missing",
    ],
    ["is done when nothing is left", { desiredVersion: null, liveVersion: 1 }, [], "synced missing"],
  ])("%s", (_, more, actions, status) => {
    const plan = planDeployment(state(more));
    expect(plan.actions).toEqual(actions);
    expect(`${plan.sync} ${plan.health}`).toBe(status);
  });

  it("says what failed and what still answers", () => {
    expect(planDeployment(state({ ...live1, observed: [ready(1), exited(2)] })).message).toBe(
      "Version 2 could not be started. Version 1 still answers. It exited with code 1.",
    );
  });
});

/** A world in which actions have effects and processes do what `fate` says of their version. */
type World = { state: DeploymentState; fate: Record<number, "ready" | "exited"> };

function act(world: World, action: ReconcileAction): void {
  const { state: now } = world;
  switch (action.kind) {
    case "start":
      now.observed = [...now.observed.filter((workload) => workload.name !== workloadName("d", action.version)), starting(action.version)];
      now.retryAtMs = null;
      break;
    case "switch":
      if (now.liveVersion !== action.version) now.failures = 0;
      now.retryAtMs = null;
      now.endpoint = { version: action.version, address: action.address };
      now.liveVersion = action.version;
      now.switchedAtMs = now.nowMs;
      break;
    case "withdraw":
      now.endpoint = null;
      break;
    case "stop":
      now.observed = now.observed.filter((workload) => workload.name !== action.workload);
      break;
    case "give-up":
      now.failures += 1;
      now.observed = now.observed.filter((workload) => workload.name !== workloadName("d", action.version));
      break;
    case "count-failure":
      now.failures += 1;
      now.retryAtMs = now.nowMs + 5_000;
      break;
    case "pause-live":
      now.retryAtMs = now.nowMs + 600_000;
  }
}

function settleProcesses(world: World): void {
  world.state.observed = world.state.observed.map((workload) => {
    const version = versionOfWorkload("d", workload.name) ?? 0;
    return workload.state === "starting" ? (world.fate[version] === "exited" ? exited(version) : ready(version)) : workload;
  });
}

const version = fc.integer({ min: 1, max: 3 });
const worlds = fc
  .record({
    desired: fc.option(version),
    live: fc.option(version),
    hasEndpoint: fc.boolean(),
    workloads: fc.uniqueArray(fc.tuple(version, fc.constantFrom(ready, starting, exited)), { selector: ([number]) => number }),
    failures: fc.nat(2),
    fates: fc.tuple(
      fc.constantFrom("ready" as const, "exited" as const),
      fc.constantFrom("ready" as const, "exited" as const),
      fc.constantFrom("ready" as const, "exited" as const),
    ),
  })
  .map(({ desired, live, hasEndpoint, workloads, failures, fates }): World => ({
    state: state({
      desiredVersion: desired,
      liveVersion: live,
      endpoint: hasEndpoint && live !== null ? at(live) : null,
      observed: workloads.map(([number, make]) => make(number)),
      failures,
    }),
    fate: { 1: fates[0], 2: fates[1], 3: fates[2] },
  }));

describe("planning and acting again and again", () => {
  it("never takes away what answers before its successor does", () => {
    fc.assert(
      fc.property(worlds, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (world, kills) => {
        for (const isKilled of kills) {
          const plan = planDeployment(world.state);
          // A kill between any two actions: the rest is never done.
          for (const action of isKilled ? plan.actions.slice(0, 1) : plan.actions) {
            const served = world.state.endpoint;
            const isServing =
              served !== null &&
              world.state.observed.some(
                (workload) => workload.name === workloadName("d", served.version) && workload.state === "ready" && workload.address === served.address,
              );
            act(world, action);
            if (isServing && world.state.desiredVersion !== null) {
              const after = world.state.endpoint;
              expect(after, JSON.stringify(action)).not.toBeNull();
              expect(
                world.state.observed.some((workload) => workload.name === workloadName("d", after?.version ?? 0) && workload.state === "ready"),
                JSON.stringify(action),
              ).toBe(true);
            }
          }
          world.state.nowMs += 3_000;
          settleProcesses(world);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("comes to rest, with what git asks for if that can run at all, else with what was live", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        world.state.failures = 0;
        const { desiredVersion: wanted } = world.state;
        const isDoomed =
          wanted !== null &&
          (world.fate[wanted] === "exited" ||
            world.state.observed.some((workload) => workload.name === workloadName("d", wanted) && workload.state === "exited"));
        for (let round = 0; round < 40; round += 1) {
          for (const action of planDeployment(world.state).actions) act(world, action);
          world.state.nowMs += 60_000;
          settleProcesses(world);
        }
        const { desiredVersion, liveVersion, endpoint, observed } = world.state;
        if (desiredVersion === null) {
          expect({ endpoint, observed }).toEqual({ endpoint: null, observed: [] });
        } else if (planDeployment(world.state).sync === "synced") {
          expect(endpoint?.version).toBe(desiredVersion);
          expect(observed).toMatchObject([{ name: workloadName("d", desiredVersion), state: "ready" }]);
          expect(planDeployment(world.state)).toMatchObject({ actions: [], health: "healthy" });
        } else {
          expect(planDeployment(world.state).health).toBe("degraded");
          expect(isDoomed, "git asks for what could run").toBe(true);
          if (liveVersion !== null && liveVersion !== desiredVersion && world.fate[liveVersion] === "ready") expect(endpoint?.version).toBe(liveVersion);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

it("versionOfWorkload knows its own workloads only", () => {
  expect(versionOfWorkload("d", "d@3")).toBe(3);
  for (const other of ["d-x@3", "d@", "d@03", "d@3x", "x@3", "d"]) expect(versionOfWorkload("d", other)).toBeNull();
});
