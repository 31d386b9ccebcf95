import { changeRequest } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { authorize } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { recordChangeRequestEvent } from "./record-events.ts";
import { changeRequestRef, requestName, requireChangeRequest, wrongState } from "./require-change-request.ts";

export const withdrawChangeRequestInput = z.object({ changeRequest: changeRequestRef, reason: z.string().trim().max(10_000).default("") });

/** Takes an open request back: its author, an owner of the project, or an administrator. */
export async function withdrawChangeRequest(ctx: CoreContext, input: z.input<typeof withdrawChangeRequestInput>): Promise<void> {
  const { changeRequest: ref, reason } = withdrawChangeRequestInput.parse(input);
  const { request } = await requireChangeRequest(ctx, ref);
  const isAuthor = ctx.actor.kind === "user" && ctx.actor.userId === request.authorId;
  if (!isAuthor) await authorize(ctx, "project.manage", { projectId: request.projectId });
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .update(changeRequest)
      .set({ status: "withdrawn", outcome: reason, endedAt: ctx.now() })
      .where(and(eq(changeRequest.id, request.id), eq(changeRequest.status, "open")))
      .returning();
    if (!row) throw wrongState(request.status === "open" ? { number: request.number, status: "decided" } : request, "withdrawn");
    await recordChangeRequestEvent(tx, ctx, { changeRequestId: row.id, kind: "withdrawn", message: reason });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.change-request.withdraw",
      subject: { kind: "change_request", id: row.id, name: requestName(row) },
      projectId: row.projectId,
      data: { reason },
    });
  });
}
