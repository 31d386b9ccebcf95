import type { CoreContext } from "../../kernel/context.ts";
import type { ScaffoldAction } from "../domain/task-state.ts";
import type { RenderInput } from "../render-template.ts";
import type { ScaffoldTask } from "../require-own-task.ts";

export type Checkpoint = Record<string, unknown>;

/** What an action is given. */
export type ActionInput = {
  /** Acts as the person who asked for the project. */
  ctx: CoreContext;
  task: ScaffoldTask;
  renderInput: RenderInput;
  /** Checkpoints of the actions before it. */
  done: ReadonlyMap<string, Checkpoint>;
  /** Writes a line to the step's log; people see it at once. */
  say(line: string): Promise<void>;
};

/**
 * One action of a scaffold task. It may be called again after it has done its work, when the portal died before the checkpoint
 * was stored, and must then find what it made. Returns the checkpoint. Throws a `CoreError` whose words are shown.
 */
export type Action = { action: ScaffoldAction; run(input: ActionInput): Promise<Checkpoint> };
