import { changeRequest, type GateResult, type modelVersion, type project, type registeredModel } from "@trellis/db/schema";
import { and, eq, inArray, sql } from "drizzle-orm";
import { recordAuditEvent } from "../audit/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import type { ChangeRequestKind, ChangeRequestStatus } from "./domain/change-request-state.ts";
import { manifestPath, renderManifest } from "./domain/manifest.ts";
import type { Environment } from "./environments-repository.ts";
import { changeCommit } from "./jobs.ts";
import { recordChangeRequestEvent, recordDeploymentEventByName } from "./record-events.ts";
import { requestName } from "./require-change-request.ts";
import { askApprovers } from "./tell-people.ts";

export type ChangeRequestDraft = {
  kind: ChangeRequestKind;
  project: Pick<typeof project.$inferSelect, "id" | "slug">;
  environment: Environment;
  deploymentName: string;
  model: typeof registeredModel.$inferSelect;
  /** Null for a removal. */
  version: typeof modelVersion.$inferSelect | null;
  previousVersionId: string | null;
  manifestBefore: string | null;
  gates: GateResult[];
  reason: string;
  author: { authorId: string | null; authorName: string };
  openedByRunId: string | null;
  /** `approved` = applied without asking anybody. */
  status: "open" | "approved";
};

export type OpenedChangeRequest = { changeRequestId: string; number: number; status: ChangeRequestStatus; created: boolean };

/** The name of a model's deployment in an environment: `flight-delays-production`. */
export function deploymentNameOf(modelName: string, environment: string): string {
  return `${modelName}-${environment}`;
}

/**
 * Writes a new request down: older open ones for the same deployment are superseded, people who may approve are told, and one
 * that needs nobody goes on its way. The same target that is open already gives that request.
 */
export async function openChangeRequest(tx: Transaction, ctx: CoreContext, draft: ChangeRequestDraft): Promise<OpenedChangeRequest> {
  // Two requests for one deployment at the same time must see each other.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`change-request ${draft.deploymentName}`}, 0))`);
  const existing = await findSame(tx, draft);
  if (existing) return { changeRequestId: existing.id, number: existing.number, status: existing.status, created: false };
  const request = await insertRequest(tx, ctx, draft);
  await supersedeOlder(tx, ctx, request);
  const title = titleOf(draft);
  await recordChangeRequestEvent(tx, ctx, { changeRequestId: request.id, kind: "opened", message: draft.reason, actorName: draft.author.authorName });
  await recordDeploymentEventByName(tx, ctx, {
    deploymentName: draft.deploymentName,
    kind: "asked",
    message: `${draft.author.authorName} asked: ${lowerFirst(title)}.`,
    changeRequestNumber: request.number,
  });
  await recordAuditEvent(tx, ctx, {
    action: `delivery.change-request.${draft.kind === "deploy" ? "open" : draft.kind}`,
    subject: { kind: "change_request", id: request.id, name: requestName(request) },
    projectId: request.projectId,
    data: { deployment: draft.deploymentName, version: draft.version?.version ?? null, reason: draft.reason, runId: draft.openedByRunId },
  });
  if (draft.status === "approved") await enqueueJob(tx, changeCommit, { changeRequestId: request.id }, { key: request.id });
  else await askApprovers(tx, ctx, request, `${requestName(request)}: ${title}`, draft.reason);
  await announce(tx, `project:${request.projectId}`, "deployments");
  return { changeRequestId: request.id, number: request.number, status: request.status, created: true };
}

/** `Deploy flight-delays v7 to production`. */
export function titleOf(draft: {
  kind: ChangeRequestKind;
  deploymentName: string;
  model: { name: string };
  version: { version: number } | null;
  environment: { name: string };
}): string {
  const version = draft.version ? ` v${draft.version.version}` : "";
  switch (draft.kind) {
    case "deploy":
      return `Deploy ${draft.model.name}${version} to ${draft.environment.name}`;
    case "rollback":
      return `Roll ${draft.deploymentName} back to${version}`;
    case "remove":
      return `Remove ${draft.model.name} from ${draft.environment.name}`;
  }
}

async function findSame(tx: Transaction, draft: ChangeRequestDraft): Promise<typeof changeRequest.$inferSelect | undefined> {
  if (draft.openedByRunId) {
    const [ofRun] = await tx.select().from(changeRequest).where(eq(changeRequest.openedByRunId, draft.openedByRunId));
    if (ofRun) return ofRun;
  }
  const pending = await tx
    .select()
    .from(changeRequest)
    .where(and(eq(changeRequest.deploymentName, draft.deploymentName), inArray(changeRequest.status, ["open", "approved", "committed"])))
    .orderBy(sql`${changeRequest.number} desc`)
    .limit(1);
  // Only the newest counts: asking for what a later request would replace is a new wish.
  return pending.find((request) => request.kind === draft.kind && request.versionId === (draft.version?.id ?? null));
}

async function insertRequest(tx: Transaction, ctx: CoreContext, draft: ChangeRequestDraft): Promise<typeof changeRequest.$inferSelect> {
  const { project, environment, model, version } = draft;
  const id = ctx.newId();
  const now = ctx.now();
  const [made] = await tx
    .insert(changeRequest)
    .values({
      ...draft.author,
      id,
      projectId: project.id,
      environmentId: environment.id,
      deploymentName: draft.deploymentName,
      kind: draft.kind,
      modelId: model.id,
      versionId: version?.id ?? null,
      previousVersionId: draft.previousVersionId,
      manifestPath: manifestPath(environment.name, draft.deploymentName),
      manifestBefore: draft.manifestBefore,
      status: draft.status,
      reason: draft.reason,
      gates: draft.gates,
      gatesAt: draft.gates.length > 0 ? now : null,
      openedByRunId: draft.openedByRunId,
      approvalsRequired: draft.kind === "rollback" ? 0 : environment.approvalsRequired,
      createdAt: now,
      decidedAt: draft.status === "approved" ? now : null,
    })
    .returning();
  if (!made) throw new Error("The change request was not written.");
  const manifestAfter = version
    ? renderManifest({
        kind: "Deployment",
        name: draft.deploymentName,
        project: project.slug,
        model: { name: model.name, version: version.version, digest: version.digest },
        serving: { runtime: "python", replicas: 1 },
        change: requestName(made),
      })
    : null;
  await tx.update(changeRequest).set({ manifestAfter }).where(eq(changeRequest.id, id));
  return { ...made, manifestAfter };
}

async function supersedeOlder(tx: Transaction, ctx: CoreContext, request: typeof changeRequest.$inferSelect): Promise<void> {
  const older = await tx
    .update(changeRequest)
    .set({ status: "superseded", outcome: `${requestName(request)} took its place.`, endedAt: ctx.now() })
    .where(and(eq(changeRequest.deploymentName, request.deploymentName), eq(changeRequest.status, "open"), sql`${changeRequest.number} < ${request.number}`))
    .returning();
  for (const row of older) {
    await recordChangeRequestEvent(tx, ctx, { changeRequestId: row.id, kind: "superseded", message: `${requestName(request)} took its place.` });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.change-request.supersede",
      subject: { kind: "change_request", id: row.id, name: requestName(row) },
      projectId: row.projectId,
      data: { by: request.number },
    });
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
