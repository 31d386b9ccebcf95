import { CoreError } from "../../kernel/errors.ts";
import { registerPipelines } from "../../pipelines/index.ts";
import type { Action } from "./action.ts";

/** Registers what the pushed `trellis.yaml` declares. */
export const registerPipeline: Action = {
  action: "register-pipeline",
  async run({ ctx, task, done, say }) {
    const commit = done.get("push-commit")?.["commit"];
    if (typeof commit !== "string") throw new CoreError("PRECONDITION_FAILED", "The first commit is not known. Retry from the start.");
    const { pipelines } = await registerPipelines(ctx, { project: task.id, commit });
    for (const { name, number } of pipelines) await say(`Pipeline ${name}, version ${number}`);
    if (pipelines.length === 0) await say("The project has no pipeline yet.");
    return { pipelines: pipelines.map(({ name }) => name) };
  },
};
