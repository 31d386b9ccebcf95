import type { StateTable } from "../../kernel/state-machine.ts";

export type ScaffoldStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled";

/** How a scaffold task may move: a failed one goes on when it is retried, a cancelled one is over. */
export const SCAFFOLD_MOVES = {
  queued: ["running", "cancelled"],
  running: ["succeeded", "failed", "cancelled"],
  failed: ["queued", "cancelled"],
  succeeded: [],
  cancelled: [],
} as const satisfies StateTable<ScaffoldStatus>;

/** Tasks in these states keep their project name to themselves; a failed one may still be retried. */
export const NAME_HOLDING_STATUSES = ["queued", "running", "failed"] as const satisfies readonly ScaffoldStatus[];

/** The actions of a task, in order. */
export const SCAFFOLD_ACTIONS = [
  { action: "render", title: "Render the files" },
  { action: "create-repository", title: "Create the repository" },
  { action: "push-commit", title: "Push the first commit" },
  { action: "register-project", title: "Register the project" },
  { action: "register-pipeline", title: "Register the pipeline" },
  { action: "start-first-run", title: "Start the first run" },
] as const;

export type ScaffoldAction = (typeof SCAFFOLD_ACTIONS)[number]["action"];

/** What the finished steps of a task have left behind, in words; from their checkpoints. */
export function thingsMade(slug: string, steps: readonly { action: string; checkpoint: Record<string, unknown> | null }[]): string[] {
  const checkpoints = new Map(steps.flatMap(({ action, checkpoint }) => (checkpoint ? [[action, checkpoint] as const] : [])));
  const made: string[] = [];
  const push = checkpoints.get("push-commit");
  if (push) made.push(`Repository projects/${slug} with the first commit ${String(push["commit"] ?? "").slice(0, 8)}`);
  else if (checkpoints.has("create-repository")) made.push(`Repository projects/${slug}, empty`);
  if (checkpoints.has("register-project")) made.push(`Project ${slug}`);
  const pipelines = checkpoints.get("register-pipeline")?.["pipelines"];
  if (Array.isArray(pipelines) && pipelines.length > 0) made.push(`Pipeline ${pipelines.join(", ")}`);
  const run = checkpoints.get("start-first-run")?.["number"];
  if (run !== undefined) made.push(`Run ${String(run)}`);
  return made;
}
