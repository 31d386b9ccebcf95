import { CoreError } from "../../kernel/errors.ts";
import { startRun } from "../../pipelines/index.ts";
import { loadTemplate } from "../templates.ts";
import type { Action } from "./action.ts";

/** Starts the first run; the task's id is its key, so that a repeat finds it. Without a pipeline there is nothing to start. */
export const startFirstRun: Action = {
  action: "start-first-run",
  async run({ ctx, task, done, say }) {
    const registered = done.get("register-pipeline")?.["pipelines"];
    const names = Array.isArray(registered) ? registered.map(String) : [];
    const { manifest } = await loadTemplate(ctx, task.template);
    const pipeline = manifest.firstRun ?? names[0];
    if (pipeline === undefined) {
      await say("No pipeline, no run.");
      return {};
    }
    if (!names.includes(pipeline))
      throw new CoreError(
        "PRECONDITION_FAILED",
        `The template asks for a first run of ${pipeline}, but trellis.yaml has only ${names.join(", ") || "no pipelines"}.`,
      );
    const { runId, number } = await startRun(ctx, {
      project: task.id,
      pipeline,
      trigger: { kind: "scaffold", key: `scaffold:${task.id}`, cause: { taskId: task.id } },
    });
    await say(`Run ${number} of ${pipeline}`);
    return { runId, number };
  },
};
