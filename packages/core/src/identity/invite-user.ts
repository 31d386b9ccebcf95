import { createHash, randomBytes } from "node:crypto";
import { invitation, user } from "@trellis/db/schema";
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { ROLES, type CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { authorize } from "./authorize.ts";

export const inviteUserInput = z.object({
  email: z.email("Enter an e-mail address such as ada@example.org.").transform((email) => email.toLowerCase()),
  role: z.enum(ROLES),
});

/** How long an invitation can be accepted: 7 days. */
const INVITATION_MS = 7 * 86_400_000;

/** The form in which a token is stored: a leaked database gives no way in. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Invites a person by link. The token is returned once and kept only as a hash. */
export async function inviteUser(ctx: CoreContext, input: z.infer<typeof inviteUserInput>): Promise<{ id: string; token: string; expiresAt: Date }> {
  await authorize(ctx, "user.manage");
  if (ctx.actor.kind !== "user") throw new CoreError("FORBIDDEN", "Only a person can invite people.");
  const invitedBy = ctx.actor.userId;
  const token = randomBytes(32).toString("base64url");
  const id = ctx.newId();
  const expiresAt = new Date(ctx.now().getTime() + INVITATION_MS);
  await ctx.db.transaction(async (tx) => {
    const [taken] = await tx
      .select({ id: user.id })
      .from(user)
      .where(eq(sql`lower(${user.email})`, input.email));
    if (taken)
      throw new CoreError("CONFLICT", `${input.email} already has an account.`, {
        issues: [{ path: "email", message: "This person already has an account." }],
      });
    await tx.insert(invitation).values({ id, email: input.email, role: input.role, tokenHash: hashToken(token), invitedBy, expiresAt, createdAt: ctx.now() });
    await recordAuditEvent(tx, ctx, {
      action: "identity.invitation.create",
      subject: { kind: "invitation", id, name: input.email },
      data: { role: input.role },
    });
  });
  return { id, token, expiresAt };
}
