import { approval, changeRequest } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { decider } from "./approve-change-request.ts";
import { recordChangeRequestEvent } from "./record-events.ts";
import { boundDigest, changeRequestRef, requestName, requireChangeRequest, wrongState } from "./require-change-request.ts";
import { tellAuthor } from "./tell-people.ts";

export const rejectChangeRequestInput = z.object({
  changeRequest: changeRequestRef,
  reason: z.string().trim().min(1, "Say why, so that its author can do better.").max(10_000),
});

/** Says no, with a reason. One rejection is enough and final; the author may ask anew. */
export async function rejectChangeRequest(ctx: CoreContext, input: z.input<typeof rejectChangeRequestInput>): Promise<void> {
  const { changeRequest: ref, reason } = rejectChangeRequestInput.parse(input);
  const loaded = await requireChangeRequest(ctx, ref, "change-request.decide");
  const person = decider(ctx, loaded, "reject");
  const { request, version } = loaded;
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .update(changeRequest)
      .set({ status: "rejected", outcome: reason, decidedAt: ctx.now(), endedAt: ctx.now() })
      .where(and(eq(changeRequest.id, request.id), eq(changeRequest.status, "open")))
      .returning();
    if (!row) throw wrongState({ number: request.number, status: "decided" }, "rejected");
    const verdict = {
      ...person,
      changeRequestId: row.id,
      verdict: "rejected" as const,
      comment: reason,
      boundTo: boundDigest(row, version?.digest ?? null),
      at: ctx.now(),
    };
    await tx
      .insert(approval)
      .values({ ...verdict, id: ctx.newId() })
      .onConflictDoUpdate({ target: [approval.changeRequestId, approval.userId], set: verdict });
    await recordChangeRequestEvent(tx, ctx, { changeRequestId: row.id, kind: "rejected", message: reason });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.change-request.reject",
      subject: { kind: "change_request", id: row.id, name: requestName(row) },
      projectId: row.projectId,
      data: { reason },
    });
    await tellAuthor(tx, ctx, row, `${requestName(row)} is rejected`, reason);
  });
}
