import { invitation } from "@trellis/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { ROLES, asSystem, type CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { hashToken } from "./invite-user.ts";
import { AccountStoreCapability } from "./ports.ts";

export const acceptInvitationInput = z.object({
  token: z.string().min(1),
  name: z.string().trim().min(1, "Enter your name.").max(100),
  password: z.string().min(10, "Use at least 10 characters.").max(128),
});

/** Turns an invitation into an account. A link works once; a used, revoked or expired one is refused. */
export async function acceptInvitation(ctx: CoreContext, input: z.infer<typeof acceptInvitationInput>): Promise<{ email: string }> {
  const invited = await claim(ctx, hashToken(input.token));
  try {
    const role = z.enum(ROLES).parse(invited.role);
    const { userId } = await ctx.resolve(AccountStoreCapability).createUser({ name: input.name, email: invited.email, password: input.password, role });
    await ctx.db.transaction((tx) =>
      recordAuditEvent(tx, asSystem(ctx, "Invitation"), {
        action: "identity.user.create",
        subject: { kind: "user", id: userId, name: invited.email },
        data: { role, invitationId: invited.id },
      }),
    );
    return { email: invited.email };
  } catch (error) {
    await ctx.db.update(invitation).set({ acceptedAt: null }).where(eq(invitation.id, invited.id));
    throw error;
  }
}

async function claim(ctx: CoreContext, tokenHash: string) {
  const [row] = await ctx.db
    .update(invitation)
    .set({ acceptedAt: ctx.now() })
    .where(and(eq(invitation.tokenHash, tokenHash), isNull(invitation.acceptedAt), isNull(invitation.revokedAt)))
    .returning();
  if (!row) throw new CoreError("NOT_FOUND", "This invitation is not valid any more. Ask an administrator for a new one.");
  if (row.expiresAt < ctx.now()) {
    throw new CoreError("PRECONDITION_FAILED", `This invitation expired on ${row.expiresAt.toISOString().slice(0, 10)}. Ask an administrator for a new one.`);
  }
  return row;
}
