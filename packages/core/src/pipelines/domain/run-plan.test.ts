import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PlannedStep, afterStep, planResume, waitingReason } from "./run-plan.ts";
import { isStepEnded, isStepGood, runVerdict, type StepStatus } from "./run-state.ts";
import { orderSteps, stepsAfter } from "./step-graph.ts";

/** A random graph without cycles: each step needs some of those before it. */
const graph = fc
  .array(fc.array(fc.nat({ max: 20 }), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map((needs) => needs.map((from, index) => ({ key: `s${index}`, needs: index === 0 ? [] : [...new Set(from.map((n) => `s${n % index}`))] })));

describe("afterStep", () => {
  it("drives any graph to its end: each step begins only after all it needs, and nothing is left waiting", () => {
    fc.assert(
      fc.property(
        graph,
        fc.infiniteStream(fc.constantFrom<StepStatus>("succeeded", "succeeded", "succeeded", "failed", "errored", "cached")),
        (nodes, outcomes) => {
          const steps: PlannedStep[] = nodes.map((node) => ({ ...node, status: node.needs.length === 0 ? "queued" : "waiting" }));
          const set = (keys: string[], status: StepStatus): void => {
            for (const step of steps) if (keys.includes(step.key)) step.status = status;
          };
          for (let next = steps.find((step) => step.status === "queued"); next; next = steps.find((step) => step.status === "queued")) {
            for (const need of next.needs) expect(isStepGood(steps.find((step) => step.key === need)?.status ?? "waiting")).toBe(true);
            next.status = outcomes.next().value;
            const plan = afterStep(steps, next.key);
            set(plan.queue, "queued");
            set(plan.skip, "skipped");
          }
          expect(steps.every((step) => isStepEnded(step.status))).toBe(true);
          expect(runVerdict(steps.map((step) => step.status))).not.toBeNull();
        },
      ),
    );
  });
});

describe("waitingReason", () => {
  it("names what is still open", () => {
    const steps: PlannedStep[] = [
      { key: "a", needs: [], status: "succeeded" },
      { key: "b", needs: [], status: "running" },
      { key: "c", needs: ["a", "b"], status: "waiting" },
    ];
    expect(waitingReason({ key: "c", needs: ["a", "b"], status: "waiting" }, steps)).toBe("Waiting for b");
    expect(waitingReason({ key: "d", needs: ["b", "c", "x", "y"], status: "waiting" }, steps)).toBe("Waiting for b, c and 2 more");
  });
});

describe("planResume", () => {
  const stages = { stage: "train" as const };

  it("reuses what succeeded before the failure and runs the rest, saying why", () => {
    const plan = planResume([
      { key: "environment", needs: [], status: "cached", stage: "setup" },
      { key: "prepare", needs: ["environment"], status: "succeeded", ...stages },
      { key: "train", needs: ["prepare"], status: "failed", ...stages },
      { key: "package", needs: ["train", "prepare"], status: "skipped", ...stages },
    ]);
    expect(plan.map((step) => `${step.key} ${step.action}: ${step.why}`)).toEqual([
      "environment run: The environment is looked up by its lock file.",
      "prepare reuse: It succeeded and nothing before it changes.",
      "train run: It failed.",
      "package run: It needs train, which runs again.",
    ]);
  });

  it("runs the step again whose model was refused", () => {
    const plan = planResume([{ key: "package", needs: [], status: "succeeded", ...stages }], { refusedModelOf: "package" });
    expect(plan[0]).toMatchObject({ action: "run", why: "Its model could not be registered." });
  });

  it("never reuses a step that needs one that runs again, and never runs a good step without a cause", () => {
    const statuses = fc.infiniteStream(fc.constantFrom<StepStatus>("succeeded", "cached", "failed", "skipped", "cancelled", "errored"));
    fc.assert(
      fc.property(graph, statuses, (nodes, stream) => {
        const steps = nodes.map((node) => ({ ...node, ...stages, status: stream.next().value }));
        const plan = new Map(planResume(steps).map((step) => [step.key, step.action]));
        const bad = steps.filter((step) => !isStepGood(step.status)).map((step) => step.key);
        const again = new Set([...bad, ...stepsAfter(steps, bad)]);
        for (const step of steps) expect(plan.get(step.key)).toBe(again.has(step.key) ? "run" : "reuse");
      }),
    );
  });
});

describe("orderSteps", () => {
  it("puts every step after what it needs", () => {
    fc.assert(
      fc.property(
        graph.chain((nodes) => fc.shuffledSubarray(nodes, { minLength: nodes.length })),
        (nodes) => {
          const { order } = orderSteps(nodes);
          const place = new Map(order?.map((step, index) => [step.key, index]));
          expect(place.size).toBe(nodes.length);
          for (const node of nodes) for (const need of node.needs) expect(place.get(need)).toBeLessThan(place.get(node.key) ?? -1);
        },
      ),
    );
  });

  it("names a cycle that is one", () => {
    fc.assert(
      fc.property(graph, fc.nat(), fc.nat(), (nodes, a, b) => {
        const [from, to] = [nodes[a % nodes.length], nodes[b % nodes.length]];
        const steps = nodes.map((node) => (node === from && to ? { ...node, needs: [...node.needs, to.key] } : node));
        const { cycle } = orderSteps(steps);
        if (!cycle) return;
        expect(cycle[0]).toBe(cycle.at(-1));
        for (let i = 0; i + 1 < cycle.length; i += 1) expect(steps.find((step) => step.key === cycle[i])?.needs).toContain(cycle[i + 1]);
      }),
    );
  });

  it("handles a chain of ten thousand", () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => ({ key: `s${index}`, needs: index < 9_999 ? [`s${index + 1}`] : [] }));
    expect(orderSteps(chain).order?.[0]?.key).toBe("s9999");
  });
});
