import { invitation } from "@trellis/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { authorize } from "./authorize.ts";

export const revokeInvitationInput = z.object({ id: z.uuid() });

/** Makes an open invitation useless. */
export async function revokeInvitation(ctx: CoreContext, input: z.infer<typeof revokeInvitationInput>): Promise<void> {
  await authorize(ctx, "user.manage");
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .update(invitation)
      .set({ revokedAt: ctx.now() })
      .where(and(eq(invitation.id, input.id), isNull(invitation.acceptedAt), isNull(invitation.revokedAt)))
      .returning();
    if (!row) throw notFound("Open invitation", input.id);
    await recordAuditEvent(tx, ctx, { action: "identity.invitation.revoke", subject: { kind: "invitation", id: row.id, name: row.email } });
  });
}
