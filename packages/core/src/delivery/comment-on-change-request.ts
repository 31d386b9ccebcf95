import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { recordChangeRequestEvent } from "./record-events.ts";
import { changeRequestRef, requestName, requireChangeRequest } from "./require-change-request.ts";

export const commentOnChangeRequestInput = z.object({ changeRequest: changeRequestRef, message: z.string().trim().min(1, "Write something.").max(10_000) });

/** Says something about a request; whoever can see it may, also when it is decided. */
export async function commentOnChangeRequest(ctx: CoreContext, input: z.input<typeof commentOnChangeRequestInput>): Promise<void> {
  const { changeRequest, message } = commentOnChangeRequestInput.parse(input);
  const { request } = await requireChangeRequest(ctx, changeRequest);
  await ctx.db.transaction(async (tx) => {
    await recordChangeRequestEvent(tx, ctx, { changeRequestId: request.id, kind: "comment", message });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.change-request.comment",
      subject: { kind: "change_request", id: request.id, name: requestName(request) },
      projectId: request.projectId,
    });
  });
}
