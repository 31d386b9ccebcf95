import { projectMember, user } from "@trellis/db/schema";
import { and, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { CoreError, notFound } from "../kernel/errors.ts";
import { requireProject } from "./queries.ts";

export const setProjectMemberInput = z.object({
  project: z.string(),
  userId: z.string(),
  /** null takes the person out. */
  role: z.enum(["owner", "contributor"]).nullable(),
});

/** Adds a person to a project, changes their part in it, or takes them out. The last owner stays. */
export async function setProjectMember(ctx: CoreContext, input: z.infer<typeof setProjectMemberInput>): Promise<void> {
  const found = await requireProject(ctx, input.project, "project.manage");
  await ctx.db.transaction(async (tx) => {
    const [person] = await tx.select({ id: user.id, email: user.email }).from(user).where(eq(user.id, input.userId));
    if (!person) throw notFound("Person", input.userId);
    if (input.role !== "owner") await assertAnotherOwner(tx, found.id, input.userId);
    if (input.role === null) await tx.delete(projectMember).where(and(eq(projectMember.projectId, found.id), eq(projectMember.userId, input.userId)));
    else {
      await tx
        .insert(projectMember)
        .values({ projectId: found.id, userId: input.userId, role: input.role, createdAt: ctx.now() })
        .onConflictDoUpdate({ target: [projectMember.projectId, projectMember.userId], set: { role: input.role } });
    }
    await recordAuditEvent(tx, ctx, {
      action: "catalog.member.set",
      subject: { kind: "user", id: person.id, name: person.email },
      projectId: found.id,
      data: { role: input.role },
    });
    await announce(tx, `project:${found.id}`);
  });
}

async function assertAnotherOwner(tx: Transaction, projectId: string, userId: string): Promise<void> {
  await tx.execute(sql`select 1 from project where id = ${projectId} for update`);
  const owners = await tx
    .select({ userId: projectMember.userId })
    .from(projectMember)
    .where(and(eq(projectMember.projectId, projectId), eq(projectMember.role, "owner"), ne(projectMember.userId, userId)))
    .limit(1);
  if (owners.length === 0) throw new CoreError("PRECONDITION_FAILED", "A project needs an owner. Make someone else an owner first.");
}
