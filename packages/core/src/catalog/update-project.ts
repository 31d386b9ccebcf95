import { project } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { requireProject } from "./queries.ts";

export const updateProjectInput = z.object({
  project: z.string(),
  title: z.string().trim().min(1).max(100).optional(),
  description: z.string().max(2_000).optional(),
  visibility: z.enum(["internal", "private"]).optional(),
  archived: z.boolean().optional(),
});

/** Changes what a project says of itself, who sees it, or archives it (nothing is deleted; its name stays taken). */
export async function updateProject(ctx: CoreContext, input: z.infer<typeof updateProjectInput>): Promise<void> {
  const found = await requireProject(ctx, input.project, "project.manage");
  const { project: _name, archived, ...changes } = input;
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(project)
      .set({ ...changes, ...(archived === undefined ? {} : { archivedAt: archived ? ctx.now() : null }) })
      .where(eq(project.id, found.id));
    await recordAuditEvent(tx, ctx, {
      action: "catalog.project.update",
      subject: { kind: "project", id: found.id, name: found.slug },
      projectId: found.id,
      data: { ...changes, archived },
    });
    await announce(tx, "projects", `project:${found.id}`);
  });
}
