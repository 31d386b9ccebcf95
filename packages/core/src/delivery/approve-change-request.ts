import { approval, changeRequest, type GateResult } from "@trellis/db/schema";
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { failingGates } from "./domain/policy-gate.ts";
import type { ChangeRequestStatus } from "./domain/change-request-state.ts";
import { changeCommit } from "./jobs.ts";
import { titleOf } from "./open-change-request.ts";
import { recordChangeRequestEvent } from "./record-events.ts";
import { refreshChangeRequest } from "./refresh-change-request.ts";
import { changeRequestRef, type LoadedChangeRequest, requestName, requireChangeRequest, wrongState } from "./require-change-request.ts";
import { tellAuthor } from "./tell-people.ts";

export const approveChangeRequestInput = z.object({
  changeRequest: changeRequestRef,
  comment: z.string().trim().max(10_000).default(""),
  /** `boundTo` of what the approver looked at; refused when it has changed since. */
  boundTo: z.string().max(100).optional(),
});

export type ApprovalOutcome = { status: ChangeRequestStatus; approvals: number; approvalsRequired: number; gates: GateResult[] };

/**
 * Approves a request, never one's own. The gates run again on today's facts and a failing one stops it. The approval is bound
 * to exactly what was looked at; the last one needed sends the request on its way.
 */
export async function approveChangeRequest(ctx: CoreContext, input: z.input<typeof approveChangeRequestInput>): Promise<ApprovalOutcome> {
  const { changeRequest: ref, comment, boundTo } = approveChangeRequestInput.parse(input);
  const loaded = await requireChangeRequest(ctx, ref, "change-request.decide");
  const person = decider(ctx, loaded, "approve");
  const fresh = await refreshChangeRequest(ctx, loaded);
  if (boundTo !== undefined && boundTo !== fresh.boundTo) {
    throw new CoreError("CONFLICT", `${requestName(loaded.request)} has changed since you looked at it. Look at what it would do now, then approve.`);
  }
  const failing = failingGates(fresh.gates);
  if (failing.length > 0) {
    throw new CoreError(
      "PRECONDITION_FAILED",
      `${requestName(loaded.request)} cannot be approved: ${failing.map((gate) => `${gate.title}: ${gate.evidence}`).join(" ")}`,
      {
        issues: failing.map((gate) => ({ path: gate.gate, message: gate.evidence })),
      },
    );
  }
  return ctx.db.transaction(async (tx) => {
    const [locked] = await tx.select().from(changeRequest).where(eq(changeRequest.id, loaded.request.id)).for("update");
    if (locked?.status !== "open") throw wrongState(locked ?? loaded.request, "approved");
    await writeApproval(tx, ctx, { changeRequestId: locked.id, ...person, comment, boundTo: fresh.boundTo });
    const approvals = await countApprovals(tx, locked.id, fresh.boundTo);
    await recordChangeRequestEvent(tx, ctx, { changeRequestId: locked.id, kind: "approved", message: comment });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.change-request.approve",
      subject: { kind: "change_request", id: locked.id, name: requestName(locked) },
      projectId: locked.projectId,
      data: { boundTo: fresh.boundTo, comment, approvals, approvalsRequired: locked.approvalsRequired },
    });
    const isEnough = approvals >= locked.approvalsRequired;
    if (isEnough) await sendOn(tx, ctx, loaded);
    return { status: isEnough ? "approved" : "open", approvals, approvalsRequired: locked.approvalsRequired, gates: fresh.gates };
  });
}

/** The person who decides; throws when nobody, or the author, tries to. */
export function decider(ctx: CoreContext, { request }: LoadedChangeRequest, act: string): { userId: string; userName: string } {
  const { actor } = ctx;
  if (actor.kind !== "user") throw new CoreError("FORBIDDEN", `Only a person can ${act} a change request.`);
  if (request.authorId === actor.userId) throw new CoreError("FORBIDDEN", `You asked for ${requestName(request)}, so someone else must ${act} it.`);
  if (request.status !== "open") throw wrongState(request, act === "approve" ? "approved" : "rejected");
  return { userId: actor.userId, userName: actor.name };
}

async function sendOn(tx: Transaction, ctx: CoreContext, { request, model, version, environment }: LoadedChangeRequest): Promise<void> {
  await tx
    .update(changeRequest)
    .set({ status: "approved", decidedAt: ctx.now() })
    .where(and(eq(changeRequest.id, request.id), eq(changeRequest.status, "open")));
  await enqueueJob(tx, changeCommit, { changeRequestId: request.id }, { key: request.id });
  const title = titleOf({ kind: request.kind, deploymentName: request.deploymentName, model, version, environment });
  await tellAuthor(tx, ctx, request, `${requestName(request)} is approved`, `${title}. It is on its way.`);
}

async function writeApproval(
  tx: Transaction,
  ctx: CoreContext,
  values: { changeRequestId: string; userId: string; userName: string; comment: string; boundTo: string },
): Promise<void> {
  const row = { ...values, verdict: "approved" as const, at: ctx.now() };
  await tx
    .insert(approval)
    .values({ ...row, id: ctx.newId() })
    .onConflictDoUpdate({ target: [approval.changeRequestId, approval.userId], set: row });
}

async function countApprovals(tx: Transaction, changeRequestId: string, boundTo: string): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(approval)
    .where(and(eq(approval.changeRequestId, changeRequestId), eq(approval.verdict, "approved"), eq(approval.boundTo, boundTo)));
  return row?.count ?? 0;
}
