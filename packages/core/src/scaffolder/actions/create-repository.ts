import { SourceHostCapability } from "../../catalog/ports.ts";
import type { Action } from "./action.ts";

/** Name of a project's repository at the source host. */
export function repositoryName(slug: string): string {
  return `projects/${slug}`;
}

/** Makes the empty repository; nothing when it is there. */
export const createRepository: Action = {
  action: "create-repository",
  async run({ ctx, task, say }) {
    const repository = repositoryName(task.slug);
    await ctx.resolve(SourceHostCapability).createRepository(repository);
    await say(`Repository ${repository}`);
    return { repository };
  },
};
