import { user } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { ROLES, type CoreContext } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { authorize } from "./authorize.ts";
import { keepAnAdministrator } from "./keep-administrator.ts";
import { AccountStoreCapability } from "./ports.ts";

export const changeUserRoleInput = z.object({ userId: z.string().min(1), role: z.enum(ROLES) });

/** Gives a person another role, from their next request on. The last administrator cannot be demoted. */
export async function changeUserRole(ctx: CoreContext, input: z.infer<typeof changeUserRoleInput>): Promise<void> {
  await authorize(ctx, "user.manage");
  await ctx.db.transaction(async (tx) => {
    const [found] = await tx.select({ id: user.id, name: user.name }).from(user).where(eq(user.id, input.userId));
    if (!found) throw notFound("Person", input.userId);
    if (input.role !== "admin") await keepAnAdministrator(tx, found);
    const [before] = await tx.select().from(user).where(eq(user.id, input.userId)).for("update");
    if (!before) throw notFound("Person", input.userId);
    if (before.role === input.role) return;
    await tx.update(user).set({ role: input.role, updatedAt: ctx.now() }).where(eq(user.id, input.userId));
    await recordAuditEvent(tx, ctx, {
      action: "identity.user.change-role",
      subject: { kind: "user", id: before.id, name: before.email },
      data: { from: before.role, to: input.role },
    });
  });
  ctx.resolve(AccountStoreCapability).forgetSignIns();
}
