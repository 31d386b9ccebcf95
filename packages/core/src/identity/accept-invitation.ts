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
  const invited = await requireOpenInvitation(ctx, hashToken(input.token));
  const role = z.enum(ROLES).parse(invited.role);
  await ctx.resolve(AccountStoreCapability).createUser({ name: input.name, email: invited.email, password: input.password, role }, async (tx, userId) => {
    const claimed = await tx
      .update(invitation)
      .set({ acceptedAt: ctx.now() })
      .where(and(eq(invitation.id, invited.id), isOpen))
      .returning();
    if (claimed.length === 0) throw notValid();
    await recordAuditEvent(tx, asSystem(ctx, "Invitation"), {
      action: "identity.user.create",
      subject: { kind: "user", id: userId, name: invited.email },
      data: { role, invitationId: invited.id },
    });
  });
  return { email: invited.email };
}

const isOpen = and(isNull(invitation.acceptedAt), isNull(invitation.revokedAt));

async function requireOpenInvitation(ctx: CoreContext, tokenHash: string) {
  const [row] = await ctx.db
    .select()
    .from(invitation)
    .where(and(eq(invitation.tokenHash, tokenHash), isOpen));
  if (!row) throw notValid();
  if (row.expiresAt < ctx.now()) {
    throw new CoreError("PRECONDITION_FAILED", `This invitation expired on ${row.expiresAt.toISOString().slice(0, 10)}. Ask an administrator for a new one.`);
  }
  return row;
}

function notValid(): CoreError {
  return new CoreError("NOT_FOUND", "This invitation is not valid any more. Ask an administrator for a new one.");
}
