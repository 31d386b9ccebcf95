import { approval, changeRequest, changeRequestEvent, deployment, type GateResult, modelVersion } from "@trellis/db/schema";
import { asc, eq } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import { liveNumbers } from "../../serving/index.ts";
import { type ChangeRequestRow, mayApprove, type Person, selectChangeRequestRows, type VersionRef } from "./change-request-rows.ts";
import { describeAffected, type AffectedThing } from "./describe-affected.ts";
import { compareMetrics, type MetricComparison } from "../domain/metric-direction.ts";
import { failingGates } from "../domain/policy-gate.ts";
import { compareSignatures } from "../domain/signature-fit.ts";
import { titleOf } from "../open-change-request.ts";
import { boundDigest, changeRequestRef, type LoadedChangeRequest, may, requireChangeRequest } from "../require-change-request.ts";

export const getChangeRequestInput = z.object({ changeRequest: changeRequestRef });

export type ChangeRequestDetail = ChangeRequestRow & {
  title: string;
  gateResults: GateResult[];
  gatesAt: Date | null;
  /** Give it back with an approval: it is refused when what is shown has changed. */
  boundTo: string;
  manifestPath: string;
  manifestBefore: string | null;
  manifestAfter: string | null;
  commit: string | null;
  approvalList: { user: Person; verdict: "approved" | "rejected"; comment: string; /** Still bound to what is shown. */ current: boolean; at: Date }[];
  metrics: Omit<MetricComparison, "worseBy">[];
  comparison: {
    sameData: boolean | null;
    sameLock: boolean | null;
    sameCommit: boolean | null;
    sizeBefore: number | null;
    sizeAfter: number | null;
    signatureChanges: string[];
  };
  affected: AffectedThing[];
  events: { seq: number; kind: string; actor: Person; message: string; at: Date }[];
  /** What follows an approval, in order. */
  next: { title: string; detail: string }[];
  deployment: { id: string; name: string; health: string; sync: string; live: VersionRef | null; liveSince: Date | null } | null;
  alert: { id: string; summary: string } | null;
  abilities: {
    approve: boolean;
    reject: boolean;
    withdraw: boolean;
    comment: boolean;
    runGates: boolean;
    /** Why the actor cannot approve. */ why: string | null;
  };
};

type Version = typeof modelVersion.$inferSelect;

/** Everything that a person needs to decide on a request. */
export async function getChangeRequest(ctx: CoreContext, input: z.input<typeof getChangeRequestInput>): Promise<ChangeRequestDetail> {
  const { changeRequest: ref } = getChangeRequestInput.parse(input);
  const loaded = await requireChangeRequest(ctx, ref);
  const { request, version } = loaded;
  const [row] = await selectChangeRequestRows(ctx, eq(changeRequest.id, request.id), 1);
  if (!row) throw notFound("Change request", ref);
  const [before] = request.previousVersionId ? await ctx.db.select().from(modelVersion).where(eq(modelVersion.id, request.previousVersionId)) : [];
  const boundTo = boundDigest(request, version?.digest ?? null);
  const [existing] = await ctx.db.select().from(deployment).where(eq(deployment.name, request.deploymentName));
  const numbers = existing ? (await liveNumbers(ctx, { deploymentIds: [existing.id] })).get(existing.id) : undefined;
  return {
    ...row,
    title: titleOf({ ...request, ...loaded }),
    gateResults: request.gates,
    gatesAt: request.gatesAt,
    boundTo,
    manifestPath: request.manifestPath,
    manifestBefore: request.manifestBefore,
    manifestAfter: request.manifestAfter,
    commit: request.commit,
    approvalList: await approvalList(ctx, request.id, boundTo),
    metrics: version ? compareMetrics(before?.metrics ?? null, version.metrics).map(({ worseBy: _worseBy, ...metric }) => metric) : [],
    comparison: compare(before ?? null, version),
    affected: await describeAffected(ctx, {
      request,
      deployment: existing ?? null,
      before: before ?? null,
      after: version,
      requestsPerSecond: numbers?.requestsPerSecond ?? null,
    }),
    events: await eventsOf(ctx, request.id),
    next: request.status === "open" ? nextSteps(loaded, before ?? null) : [],
    deployment: existing ? await deploymentOf(ctx, existing, loaded) : null,
    alert: await alertOf(request),
    abilities: await abilitiesOf(ctx, loaded),
  };
}

async function approvalList(ctx: CoreContext, changeRequestId: string, boundTo: string): Promise<ChangeRequestDetail["approvalList"]> {
  const rows = await ctx.db.select().from(approval).where(eq(approval.changeRequestId, changeRequestId)).orderBy(asc(approval.at)).limit(100);
  return rows.map((row) => ({
    user: { id: row.userId, name: row.userName },
    verdict: row.verdict,
    comment: row.comment,
    current: row.boundTo === boundTo,
    at: row.at,
  }));
}

async function eventsOf(ctx: CoreContext, changeRequestId: string): Promise<ChangeRequestDetail["events"]> {
  const rows = await ctx.db
    .select()
    .from(changeRequestEvent)
    .where(eq(changeRequestEvent.changeRequestId, changeRequestId))
    .orderBy(asc(changeRequestEvent.seq))
    .limit(500);
  return rows.map((row) => ({ seq: row.seq, kind: row.kind, actor: { id: row.actorId, name: row.actorName }, message: row.message, at: row.at }));
}

function compare(before: Version | null, after: Version | null): ChangeRequestDetail["comparison"] {
  const same = (left: string | null | undefined, right: string | null | undefined): boolean | null => (left && right ? left === right : null);
  return {
    sameData: same(before?.dataDigest, after?.dataDigest),
    sameLock: same(before?.lockDigest, after?.lockDigest),
    sameCommit: same(before?.commit, after?.commit),
    sizeBefore: before?.sizeBytes ?? null,
    sizeAfter: after?.sizeBytes ?? null,
    signatureChanges: before && after ? compareSignatures(before.signature, after.signature).map((change) => change.text) : [],
  };
}

function nextSteps({ request, version, environment }: LoadedChangeRequest, before: Version | null): ChangeRequestDetail["next"] {
  const commit = { title: "Committed to git", detail: `${request.manifestPath} in platform/environments` };
  const gates = { title: "Gates run again", detail: "One that fails stops it." };
  if (!version) return [commit, { title: "Stopped", detail: `Nothing answers as ${request.deploymentName} any more.` }];
  const steps = [
    gates,
    commit,
    {
      title: `Version ${version.version} starts`,
      detail: before ? `Version ${before.version} answers until it is ready.` : "Its environment is made if it is not there.",
    },
  ];
  steps.push({
    title: `Version ${version.version} answers in ${environment.name}`,
    detail: "Requests move to it once it is ready; if it cannot start, nothing changes.",
  });
  if (before) steps.push({ title: `Version ${before.version} stops`, detail: "After the requests under way. Rolling back is one click." });
  return steps;
}

async function deploymentOf(ctx: CoreContext, row: typeof deployment.$inferSelect, { model }: LoadedChangeRequest): Promise<ChangeRequestDetail["deployment"]> {
  const [live] = row.liveVersionId
    ? await ctx.db.select({ id: modelVersion.id, version: modelVersion.version }).from(modelVersion).where(eq(modelVersion.id, row.liveVersionId))
    : [];
  return {
    id: row.id,
    name: row.name,
    health: row.health,
    sync: row.sync,
    live: live ? { ...live, modelId: model.id, modelName: model.name } : null,
    liveSince: row.liveSince,
  };
}

/** The alert that made a run ask, as its drift gate tells it. */
async function alertOf(request: typeof changeRequest.$inferSelect): Promise<ChangeRequestDetail["alert"]> {
  const gate = request.gates.find((candidate) => candidate.gate === "drift");
  const id = /\/alerts\/([0-9a-f-]{36})$/.exec(gate?.href ?? "")?.[1];
  return gate && id ? { id, summary: gate.evidence } : null;
}

async function abilitiesOf(ctx: CoreContext, { request, project }: LoadedChangeRequest): Promise<ChangeRequestDetail["abilities"]> {
  const isOpen = request.status === "open";
  const isAuthor = ctx.actor.kind === "user" && ctx.actor.userId === request.authorId;
  const decide = mayApprove(ctx, request);
  const [write, manage] = await Promise.all([may(ctx, "project.write", project.id), may(ctx, "project.manage", project.id)]);
  const failing = failingGates(request.gates);
  const why = decide
    ? failing[0]
      ? `${failing[0].title}: ${failing[0].evidence}`
      : null
    : !isOpen
      ? `It is ${request.status}.`
      : isAuthor
        ? "You asked for it, so someone else must approve it."
        : "This needs the role approver or higher.";
  return {
    approve: decide,
    reject: decide,
    withdraw: isOpen && (isAuthor || manage),
    comment: ctx.actor.kind === "user",
    runGates: isOpen && (decide || write),
    why,
  };
}
