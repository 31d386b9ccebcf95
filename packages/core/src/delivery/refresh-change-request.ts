import { changeRequest, deployment, type GateResult } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { recordAuditEvent } from "../audit/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { evaluateGates } from "./domain/policy-gate.ts";
import { readManifestText } from "./environments-repository.ts";
import { gatherGateFacts } from "./gate-facts.ts";
import { recordChangeRequestEvent } from "./record-events.ts";
import { boundDigest, type LoadedChangeRequest, requestName, wrongState } from "./require-change-request.ts";

export type FreshChangeRequest = {
  gates: GateResult[];
  gatesAt: Date;
  /** What an approval given now is bound to. */
  boundTo: string;
  /** True when what it would replace is another than it was. */
  changed: boolean;
};

/**
 * Looks at an open request with today's eyes: reads again what it would replace, and runs the gates on today's facts. Both are
 * written down. Approvals given for another picture do not count any more.
 */
export async function refreshChangeRequest(ctx: CoreContext, loaded: LoadedChangeRequest): Promise<FreshChangeRequest> {
  const { request, version } = loaded;
  if (request.status !== "open") throw wrongState(request, "judged");
  const { text: manifestBefore } = await readManifestText(ctx, request.manifestPath);
  const facts = version ? await gatherGateFacts(ctx, { versionId: version.id, deploymentName: request.deploymentName }) : null;
  const gates = facts ? evaluateGates(facts) : [];
  const gatesAt = ctx.now();
  const changed = manifestBefore !== request.manifestBefore;
  await ctx.db.transaction(async (tx) => {
    const [live] = await tx
      .select({ id: deployment.liveVersionId })
      .from(deployment)
      .where(and(eq(deployment.name, request.deploymentName), eq(deployment.lifecycle, "active")));
    const [row] = await tx
      .update(changeRequest)
      .set({ gates, gatesAt, manifestBefore, previousVersionId: live?.id ?? null })
      .where(and(eq(changeRequest.id, request.id), eq(changeRequest.status, "open")))
      .returning();
    if (!row) throw wrongState({ number: request.number, status: "decided" }, "judged");
    if (changed)
      await recordChangeRequestEvent(tx, ctx, { changeRequestId: row.id, kind: "refreshed", message: "What it would replace has changed since it was asked." });
    await recordChangeRequestEvent(tx, ctx, { changeRequestId: row.id, kind: "gates", message: summarizeGates(gates) });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.change-request.run-gates",
      subject: { kind: "change_request", id: row.id, name: requestName(row) },
      projectId: row.projectId,
      data: { verdicts: Object.fromEntries(gates.map((gate) => [gate.gate, gate.verdict])) },
    });
  });
  return { gates, gatesAt, changed, boundTo: boundDigest({ manifestBefore, manifestAfter: request.manifestAfter }, version?.digest ?? null) };
}

/** `6 of 7 gates pass, 1 warns.` */
export function summarizeGates(gates: GateResult[]): string {
  if (gates.length === 0) return "No gates apply.";
  const count = (verdict: GateResult["verdict"]): number => gates.filter((gate) => gate.verdict === verdict).length;
  const parts = [`${count("pass")} of ${gates.length} gates pass`];
  if (count("warn") > 0) parts.push(`${count("warn")} ${count("warn") === 1 ? "warns" : "warn"}`);
  if (count("fail") > 0) parts.push(`${count("fail")} ${count("fail") === 1 ? "fails" : "fail"}`);
  if (count("unknown") > 0) parts.push(`${count("unknown")} cannot tell`);
  return `${parts.join(", ")}.`;
}
