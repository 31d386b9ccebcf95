import { changeRequest, deployment, deploymentRevision } from "@trellis/db/schema";
import { and, eq, inArray, or } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import type { LoadedDeployment } from "./load-deployment.ts";
import { recordChangeRequestEvent, recordDeploymentEvent } from "../record-events.ts";
import { requestName } from "../require-change-request.ts";
import { tellAuthor } from "../tell-people.ts";

/**
 * The world is as git says: the request that said it is applied, older ones that were overtaken on the way are superseded, and
 * a removed deployment is gone. Does nothing when that is written down already.
 */
export async function settleRequests(ctx: CoreContext, loaded: LoadedDeployment): Promise<void> {
  const { row, state } = loaded;
  if (state.desiredVersion === null && row.lifecycle === "active") await markRemoved(ctx, loaded);
  const waiting = await ctx.db
    .select()
    .from(changeRequest)
    .where(
      and(
        eq(changeRequest.deploymentName, row.name),
        or(eq(changeRequest.status, "committed"), and(eq(changeRequest.status, "failed"), eq(changeRequest.commit, row.desiredCommit ?? ""))),
      ),
    )
    .orderBy(changeRequest.number);
  const current =
    state.desiredVersion === null
      ? waiting.findLast((request) => request.kind === "remove")
      : waiting.findLast((request) => request.commit === row.desiredCommit);
  for (const request of waiting) {
    if (current && request.number > current.number) continue;
    if (request === current) await markApplied(ctx, loaded, request);
    else if (current) await markSuperseded(ctx, request, current);
  }
}

async function markApplied(ctx: CoreContext, { row, state }: LoadedDeployment, request: typeof changeRequest.$inferSelect): Promise<void> {
  const outcome = state.desiredVersion === null ? `${row.name} is removed.` : `Version ${state.desiredVersion} answers as ${row.name}.`;
  await ctx.db.transaction(async (tx) => {
    const [moved] = await tx
      .update(changeRequest)
      .set({ status: "applied", outcome, endedAt: ctx.now() })
      .where(and(eq(changeRequest.id, request.id), inArray(changeRequest.status, ["committed", "failed"])))
      .returning();
    if (!moved) return;
    // A repeat of what is live already (the same version again) has a revision that never began.
    await tx
      .update(deploymentRevision)
      .set({ liveAt: row.liveSince ?? ctx.now() })
      .where(and(eq(deploymentRevision.changeRequestId, request.id), eq(deploymentRevision.versionId, row.liveVersionId ?? request.id)));
    await recordChangeRequestEvent(tx, ctx, { changeRequestId: moved.id, kind: "applied", message: outcome });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.change-request.apply",
      subject: { kind: "change_request", id: moved.id, name: requestName(moved) },
      projectId: moved.projectId,
      data: { version: state.desiredVersion },
    });
    await tellAuthor(tx, ctx, moved, `${requestName(moved)} is applied`, outcome);
  });
}

async function markSuperseded(ctx: CoreContext, request: typeof changeRequest.$inferSelect, by: typeof changeRequest.$inferSelect): Promise<void> {
  const outcome = `${requestName(by)} took its place before it was applied.`;
  await ctx.db.transaction(async (tx) => {
    const [moved] = await tx
      .update(changeRequest)
      .set({ status: "superseded", outcome, endedAt: ctx.now() })
      .where(and(eq(changeRequest.id, request.id), eq(changeRequest.status, "committed")))
      .returning();
    if (!moved) return;
    await recordChangeRequestEvent(tx, ctx, { changeRequestId: moved.id, kind: "superseded", message: outcome });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.change-request.supersede",
      subject: { kind: "change_request", id: moved.id, name: requestName(moved) },
      projectId: moved.projectId,
      data: { by: by.number },
    });
  });
}

async function markRemoved(ctx: CoreContext, { row }: LoadedDeployment): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const now = ctx.now();
    await tx
      .update(deployment)
      .set({ lifecycle: "removed", liveVersionId: null, liveSince: null, held: false, updatedAt: now })
      .where(eq(deployment.id, row.id));
    await tx
      .update(deploymentRevision)
      .set({ endedAt: now })
      .where(and(eq(deploymentRevision.deploymentId, row.id), eq(deploymentRevision.versionId, row.liveVersionId ?? row.id)));
    await recordDeploymentEvent(tx, ctx, { deploymentId: row.id, kind: "removed", message: "It is removed." });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.deployment.remove",
      subject: { kind: "deployment", id: row.id, name: row.name },
      projectId: row.projectId,
    });
  });
}
