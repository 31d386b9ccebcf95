import { deployment } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { manifestPath } from "./domain/manifest.ts";
import { readManifestText } from "./environments-repository.ts";
import { openChangeRequest } from "./open-change-request.ts";
import { recordDeploymentEvent } from "./record-events.ts";
import { authorizeMemberOrApprover, authorOf } from "./require-change-request.ts";
import { requireDeployment } from "./require-deployment.ts";
import { findRollbackTarget } from "./rollback-target.ts";

export const rollbackDeploymentInput = z.object({
  deployment: z.string().max(200),
  /** A version that answered here before; the one before this when left out. */
  toVersion: z.int().positive().optional(),
  reason: z.string().trim().max(4_000).default(""),
});

/**
 * Goes back to a version that answered before: a request of kind `rollback` that nobody needs to approve, and a commit. Holds
 * the deployment, so that no run moves it forward again until someone lifts the hold. The same twice is one request.
 */
export async function rollbackDeployment(
  ctx: CoreContext,
  input: z.input<typeof rollbackDeploymentInput>,
): Promise<{ changeRequestId: string; number: number; toVersion: number }> {
  const query = rollbackDeploymentInput.parse(input);
  const { row, project, environment, model } = await requireDeployment(ctx, query.deployment);
  await authorizeMemberOrApprover(ctx, project.id);
  if (row.lifecycle !== "active") throw new CoreError("PRECONDITION_FAILED", `${row.name} was removed. Ask for a deployment instead.`);
  const target = await findRollbackTarget(ctx, row, query.toVersion);
  if (!target) {
    const what =
      query.toVersion === undefined
        ? "No other version answered here before"
        : `Version ${query.toVersion} never answered here, is archived, or is what git asks for already`;
    throw new CoreError("PRECONDITION_FAILED", `${what}, so there is nothing to go back to.`);
  }
  const { text } = await readManifestText(ctx, manifestPath(environment.name, row.name));
  return ctx.db.transaction(async (tx) => {
    const opened = await openChangeRequest(tx, ctx, {
      kind: "rollback",
      project,
      environment,
      deploymentName: row.name,
      model,
      version: target,
      previousVersionId: row.liveVersionId,
      manifestBefore: text,
      gates: [],
      reason: query.reason,
      author: authorOf(ctx),
      openedByRunId: null,
      status: "approved",
    });
    if (opened.created) {
      await tx.update(deployment).set({ held: true, updatedAt: ctx.now() }).where(eq(deployment.id, row.id));
      await recordDeploymentEvent(tx, ctx, {
        deploymentId: row.id,
        kind: "rolled_back",
        message: `${ctx.actor.name} rolls back to version ${target.version}. Held: no run moves it forward until the hold is lifted.`,
        changeRequestNumber: opened.number,
      });
      await recordAuditEvent(tx, ctx, {
        action: "delivery.deployment.hold",
        subject: { kind: "deployment", id: row.id, name: row.name },
        projectId: project.id,
        data: { toVersion: target.version },
      });
    }
    return { changeRequestId: opened.changeRequestId, number: opened.number, toVersion: target.version };
  });
}
