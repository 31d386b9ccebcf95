import { project, projectMember } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { authorize } from "../identity/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { projectSlugProblem } from "./domain/project-slug.ts";
import type { Project } from "./queries.ts";

export const createProjectInput = z.object({
  /** Given by a caller that may have to repeat: the same id makes the same project. */
  id: z.uuid().optional(),
  slug: z.string(),
  title: z.string().trim().min(1).max(100),
  description: z.string().max(2_000).default(""),
  visibility: z.enum(["internal", "private"]).default("internal"),
  teamId: z.uuid().nullish(),
  repository: z.string(),
  template: z.string().nullish(),
  templateVersion: z.string().nullish(),
  templateAnswers: z.record(z.string(), z.unknown()).nullish(),
  /** The person who will own it. */
  ownerId: z.string(),
});

/** Registers a project with its first owner. CONFLICT when the name is taken by another project. */
export async function createProject(ctx: CoreContext, input: z.input<typeof createProjectInput>): Promise<Project> {
  await authorize(ctx, "project.create");
  const parsed = createProjectInput.parse(input);
  const problem = projectSlugProblem(parsed.slug);
  if (problem) throw new CoreError("INVALID", problem, { issues: [{ path: "slug", message: problem }] });
  const { id = ctx.newId(), ownerId, ...values } = parsed;
  return ctx.db.transaction(async (tx) => {
    const row = { ...values, id, createdBy: ownerId, createdAt: ctx.now() };
    const [made] = await tx.insert(project).values(row).onConflictDoNothing().returning();
    if (!made) {
      const [found] = await tx.select().from(project).where(eq(project.slug, parsed.slug));
      if (found?.id === id) return found;
      throw new CoreError("CONFLICT", `A project named ${parsed.slug} exists already. Choose another name.`, {
        issues: [{ path: "slug", message: "This name is taken." }],
      });
    }
    await tx.insert(projectMember).values({ projectId: id, userId: ownerId, role: "owner", createdAt: ctx.now() });
    await recordAuditEvent(tx, ctx, {
      action: "catalog.project.create",
      subject: { kind: "project", id, name: parsed.slug },
      projectId: id,
      data: { template: parsed.template ?? null },
    });
    await announce(tx, "projects", `project:${id}`);
    return made;
  });
}
