import { deployment } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { recordDeploymentEvent } from "./record-events.ts";
import { authorizeMemberOrApprover } from "./require-change-request.ts";
import { requireDeployment } from "./require-deployment.ts";

export const liftHoldInput = z.object({ deployment: z.string().max(200), reason: z.string().trim().max(4_000).default("") });

/** Lets runs propose versions for a deployment again. Nothing happens when it is not held. */
export async function liftHold(ctx: CoreContext, input: z.input<typeof liftHoldInput>): Promise<void> {
  const query = liftHoldInput.parse(input);
  const { row, project } = await requireDeployment(ctx, query.deployment);
  await authorizeMemberOrApprover(ctx, project.id);
  await ctx.db.transaction(async (tx) => {
    const [lifted] = await tx
      .update(deployment)
      .set({ held: false, updatedAt: ctx.now() })
      .where(and(eq(deployment.id, row.id), eq(deployment.held, true)))
      .returning();
    if (!lifted) return;
    const why = query.reason === "" ? "" : ` ${query.reason}`;
    await recordDeploymentEvent(tx, ctx, { deploymentId: row.id, kind: "lifted", message: `${ctx.actor.name} lifted the hold.${why}` });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.deployment.lift-hold",
      subject: { kind: "deployment", id: row.id, name: row.name },
      projectId: project.id,
      data: { reason: query.reason },
    });
  });
}
