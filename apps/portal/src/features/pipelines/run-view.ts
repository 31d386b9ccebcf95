import { foldTimeline } from "@trellis/core/pipelines/domain/run-timeline.ts";
import type { Outputs } from "@/live/trpc";

type Run = Outputs["pipelines"]["run"];

/** The one sentence below a run's title: why it failed or waits, or what it found. */
export function findingOf(run: Run): { tone: "ok" | "warn" | "fail" | "run" | "neutral"; text: string } | null {
  const failed = run.steps.find((step) => step.status === "failed" || step.status === "errored");
  if (failed) return { tone: "fail", text: `${failed.key} failed: ${failed.reason || run.reason}` };
  if (run.status === "failed" || run.status === "errored") return { tone: "fail", text: run.reason };
  if (run.onlyStep && run.status === "succeeded") return { tone: "neutral", text: `Ran only ${run.onlyStep}; nothing is registered.` };
  if (run.status === "cancelled") return { tone: "neutral", text: run.reason || "Cancelled." };
  const working = run.steps.find((step) => step.status === "running");
  if (working)
    return {
      tone: "run",
      text: working.progress ? `${working.key}: ${working.progress.done} of ${working.progress.total} ${working.progress.unit}` : `${working.key} is running.`,
    };
  if (run.status === "queued" && run.reason) return { tone: "neutral", text: `${run.reason}.` };
  const waiting = run.steps.find((step) => step.status === "queued" && step.reason !== "");
  if (waiting) return { tone: "neutral", text: `${waiting.key}: ${waiting.reason}` };
  if (run.status === "succeeded" && run.reason) return { tone: "neutral", text: `${run.reason}.` };
  const [version] = run.versions;
  if (run.status === "succeeded" && version) return { tone: "ok", text: `Registered ${version.modelName} version ${version.version}.` };
  return null;
}

/** The run's steps as lanes for the Gantt chart, with queue times, attempts and the critical path. */
export function ganttOf(run: Run) {
  const now = Date.now();
  const timeline = foldTimeline({ now, run, steps: run.steps, attempts: run.attempts });
  const critical = new Set(timeline.criticalPath);
  const steps = new Map(run.steps.map((step) => [step.key, step]));
  return {
    startedAt: run.createdAt.getTime(),
    endedAt: run.endedAt?.getTime() ?? null,
    now,
    lanes: timeline.lanes.map((lane) => {
      const step = steps.get(lane.key);
      return {
        id: lane.key,
        label: lane.key,
        stage: stageName(step?.stage ?? ""),
        status: lane.status,
        reason: lane.reason,
        critical: critical.has(lane.key),
        attempts: run.attempts
          .filter((attempt) => attempt.stepKey === lane.key)
          .map((attempt) => ({
            number: attempt.number,
            status: attempt.status === "launching" ? ("running" as const) : attempt.status,
            queuedAt: attempt.queuedAt.getTime(),
            startedAt: attempt.startedAt?.getTime() ?? null,
            endedAt: attempt.endedAt?.getTime() ?? null,
            ...(attempt.reason ? { label: attempt.reason } : {}),
          })),
      };
    }),
  };
}

/** The same steps as nodes and edges. */
export function dagOf(run: Run) {
  return {
    nodes: run.steps.map((step) => ({ id: step.key, label: step.key, status: step.status, detail: stageName(step.stage) })),
    edges: run.steps.flatMap((step) => step.needs.map((from) => ({ from, to: step.key }))),
  };
}

/** `setup` → `Setup`. */
export function stageName(stage: string): string {
  return stage.slice(0, 1).toUpperCase() + stage.slice(1);
}
