import { registerPipelines } from "../../pipelines/index.ts";
import type { Action } from "./action.ts";

/**
 * Registers what `trellis.yaml` declares at the head of main: the first commit, or what a person has pushed since to mend it
 * before a retry.
 */
export const registerPipeline: Action = {
  action: "register-pipeline",
  async run({ ctx, task, say }) {
    const { pipelines } = await registerPipelines(ctx, { project: task.id });
    for (const { name, number } of pipelines) await say(`Pipeline ${name}, version ${number}`);
    if (pipelines.length === 0) await say("The project has no pipeline yet.");
    return { pipelines: pipelines.map(({ name }) => name) };
  },
};
