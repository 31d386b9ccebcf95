import { user } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError, notFound } from "../kernel/errors.ts";
import { authorize } from "./authorize.ts";
import { keepAnAdministrator } from "./keep-administrator.ts";
import { AccountStoreCapability } from "./ports.ts";

export const disableUserInput = z.object({ userId: z.string().min(1), disabled: z.boolean() });

/** Closes (or opens again) an account; closing ends its sessions and tokens. Nobody can close their own. */
export async function disableUser(ctx: CoreContext, input: z.infer<typeof disableUserInput>): Promise<void> {
  await authorize(ctx, "user.manage");
  if (ctx.actor.kind === "user" && ctx.actor.userId === input.userId) throw new CoreError("PRECONDITION_FAILED", "You cannot disable your own account.");
  await ctx.db.transaction(async (tx) => {
    const [found] = await tx.select({ id: user.id, name: user.name, disabledAt: user.disabledAt }).from(user).where(eq(user.id, input.userId));
    if (!found) throw notFound("Person", input.userId);
    if ((found.disabledAt !== null) === input.disabled) return;
    if (input.disabled) await keepAnAdministrator(tx, found);
    const [row] = await tx
      .update(user)
      .set({ disabledAt: input.disabled ? ctx.now() : null, updatedAt: ctx.now() })
      .where(eq(user.id, input.userId))
      .returning();
    if (!row) throw notFound("Person", input.userId);
    await recordAuditEvent(tx, ctx, {
      action: input.disabled ? "identity.user.disable" : "identity.user.enable",
      subject: { kind: "user", id: row.id, name: row.email },
    });
  });
  if (input.disabled) await ctx.resolve(AccountStoreCapability).revokeAccess(input.userId);
}
