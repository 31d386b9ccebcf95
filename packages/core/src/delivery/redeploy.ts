import { deployment } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { deploymentReconcile } from "./jobs.ts";
import { recordDeploymentEvent } from "./record-events.ts";
import { authorizeMemberOrApprover } from "./require-change-request.ts";
import { requireDeployment } from "./require-deployment.ts";

export const redeployInput = z.object({ deployment: z.string().max(200) });

/** Tries again what git asks for, e.g. after a version could not be started because the machine was full. */
export async function redeploy(ctx: CoreContext, input: z.input<typeof redeployInput>): Promise<void> {
  const query = redeployInput.parse(input);
  const { row, project } = await requireDeployment(ctx, query.deployment);
  await authorizeMemberOrApprover(ctx, project.id);
  await ctx.db.transaction(async (tx) => {
    await tx.update(deployment).set({ failures: 0, retryAt: null, updatedAt: ctx.now() }).where(eq(deployment.id, row.id));
    await recordDeploymentEvent(tx, ctx, { deploymentId: row.id, kind: "asked", message: `${ctx.actor.name} asked for another try.` });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.deployment.redeploy",
      subject: { kind: "deployment", id: row.id, name: row.name },
      projectId: project.id,
    });
    await enqueueJob(tx, deploymentReconcile, { deploymentId: row.id }, { key: row.id });
  });
}
