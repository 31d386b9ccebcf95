import type { ScaffoldAction } from "../domain/task-state.ts";
import type { Action } from "./action.ts";
import { createRepository } from "./create-repository.ts";
import { pushCommit } from "./push-commit.ts";
import { registerPipeline } from "./register-pipeline.ts";
import { registerProject } from "./register-project.ts";
import { render } from "./render.ts";
import { startFirstRun } from "./start-first-run.ts";

/** Every action by its name. Their order is that of `SCAFFOLD_ACTIONS`. */
export const ACTIONS: Readonly<Record<ScaffoldAction, Action>> = {
  render,
  "create-repository": createRepository,
  "push-commit": pushCommit,
  "register-project": registerProject,
  "register-pipeline": registerPipeline,
  "start-first-run": startFirstRun,
};
