import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { SourceHostCapability } from "./ports.ts";
import { requireProject } from "./queries.ts";

export const readReadmeInput = z.object({ project: z.string().min(1).max(100) });

/** README.md at the head of a project's main branch, as Markdown; null text when there is none. */
export async function readReadme(ctx: CoreContext, input: z.infer<typeof readReadmeInput>): Promise<{ commit: string | null; text: string | null }> {
  const project = await requireProject(ctx, input.project);
  // A person's own project has no repository.
  if (project.repository === "") return { commit: null, text: null };
  const host = ctx.resolve(SourceHostCapability);
  const head = await host.head(project.repository, "main");
  if (!head) return { commit: null, text: null };
  const content = await host.readFile(project.repository, head.commit, "README.md", 512 * 1024);
  return { commit: head.commit, text: content?.toString("utf8") ?? null };
}
