import { user } from "@trellis/db/schema";
import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { ROLES, type CoreContext } from "../kernel/context.ts";
import { CoreError, notFound } from "../kernel/errors.ts";
import { authorize } from "./authorize.ts";

export const changeUserRoleInput = z.object({ userId: z.string().min(1), role: z.enum(ROLES) });

/** Gives a person another role. The last administrator cannot be demoted. */
export async function changeUserRole(ctx: CoreContext, input: z.infer<typeof changeUserRoleInput>): Promise<void> {
  await authorize(ctx, "user.manage");
  await ctx.db.transaction(async (tx) => {
    const [before] = await tx.select().from(user).where(eq(user.id, input.userId)).for("update");
    if (!before) throw notFound("Person", input.userId);
    if (before.role === "admin" && input.role !== "admin") {
      const [others] = await tx.select({ count: sql<number>`count(*)::int` }).from(user).where(and(eq(user.role, "admin"), ne(user.id, input.userId), isNull(user.disabledAt)));
      if ((others?.count ?? 0) === 0) throw new CoreError("PRECONDITION_FAILED", `${before.name} is the only administrator. Make someone else an administrator first.`);
    }
    await tx.update(user).set({ role: input.role, updatedAt: ctx.now() }).where(eq(user.id, input.userId));
    await recordAuditEvent(tx, ctx, { action: "identity.user.change-role", subject: { kind: "user", id: before.id, name: before.email }, data: { from: before.role, to: input.role } });
  });
}
