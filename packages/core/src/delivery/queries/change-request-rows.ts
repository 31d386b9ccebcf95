import { approval, changeRequest, environment, modelVersion, project, registeredModel, run } from "@trellis/db/schema";
import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { roleAtLeast } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import type { ChangeRequestKind, ChangeRequestStatus } from "../domain/change-request-state.ts";
import { boundDigest } from "../require-change-request.ts";

export type Person = { /** Null: a run or the platform. */ id: string | null; name: string };
export type ProjectRef = { id: string; slug: string; title: string };
export type VersionRef = { id: string; version: number; modelId: string; modelName: string };
export type EnvironmentRef = { id: string; name: string; position: number; approvalsRequired: number };

export type ChangeRequestRow = {
  id: string;
  number: number;
  kind: ChangeRequestKind;
  status: ChangeRequestStatus;
  reason: string;
  outcome: string;
  project: ProjectRef;
  environment: EnvironmentRef;
  deploymentName: string;
  model: { id: string; name: string };
  version: VersionRef | null;
  previousVersion: VersionRef | null;
  author: Person;
  openedByRun: { id: string; number: number } | null;
  /** Approvals that count for what the request is now. */
  approvals: number;
  approvalsRequired: number;
  gates: { passed: number; warned: number; failed: number; unknown: number; total: number };
  /** What an approver should know first, in one sentence. */
  headline: string;
  createdAt: Date;
  decidedAt: Date | null;
  endedAt: Date | null;
  /** Whether the actor may approve it: by role, and not their own. */
  mayApprove: boolean;
};

const candidate = alias(modelVersion, "candidate");
const previous = alias(modelVersion, "previous");

/** Requests that meet a condition, newest first, with what a list shows of each, in two queries. */
export async function selectChangeRequestRows(ctx: CoreContext, condition: SQL | undefined, limit: number): Promise<ChangeRequestRow[]> {
  const rows = await ctx.db
    .select({
      request: changeRequest,
      project: { id: project.id, slug: project.slug, title: project.title },
      environment: { id: environment.id, name: environment.name, position: environment.position, approvalsRequired: environment.approvalsRequired },
      model: { id: registeredModel.id, name: registeredModel.name },
      version: { id: candidate.id, version: candidate.version, digest: candidate.digest },
      previous: { id: previous.id, version: previous.version },
      run: { id: run.id, number: run.number },
    })
    .from(changeRequest)
    .innerJoin(project, eq(project.id, changeRequest.projectId))
    .innerJoin(environment, eq(environment.id, changeRequest.environmentId))
    .innerJoin(registeredModel, eq(registeredModel.id, changeRequest.modelId))
    .leftJoin(candidate, eq(candidate.id, changeRequest.versionId))
    .leftJoin(previous, eq(previous.id, changeRequest.previousVersionId))
    .leftJoin(run, eq(run.id, changeRequest.openedByRunId))
    .where(condition)
    .orderBy(desc(changeRequest.number))
    .limit(limit);
  const approvals = await approvalsOf(
    ctx,
    rows.map((row) => row.request.id),
  );
  return rows.map((row) => {
    const { request, model } = row;
    const bound = boundDigest(request, row.version?.digest ?? null);
    const current = (approvals.get(request.id) ?? []).filter((boundTo) => boundTo === bound).length;
    const ref = (version: { id: string; version: number } | null): VersionRef | null =>
      version ? { id: version.id, version: version.version, modelId: model.id, modelName: model.name } : null;
    return {
      ...pick(request),
      project: row.project,
      environment: row.environment,
      model,
      version: ref(row.version),
      previousVersion: ref(row.previous),
      author: { id: request.authorId, name: request.authorName },
      openedByRun: row.run,
      approvals: current,
      gates: countGates(request.gates),
      headline: headlineOf(request, row.version?.version ?? null, row.previous?.version ?? null, current),
      mayApprove: mayApprove(ctx, request),
    };
  });
}

/** By role and by not being the author; that the project is visible is checked by whoever lists. */
export function mayApprove(ctx: CoreContext, request: { status: string; authorId: string | null }): boolean {
  const { actor } = ctx;
  return actor.kind === "user" && request.status === "open" && roleAtLeast(actor.role, "approver") && request.authorId !== actor.userId;
}

function pick(request: typeof changeRequest.$inferSelect) {
  const { id, number, kind, status, reason, outcome, deploymentName, approvalsRequired, createdAt, decidedAt, endedAt } = request;
  return { id, number, kind, status, reason, outcome, deploymentName, approvalsRequired, createdAt, decidedAt, endedAt };
}

async function approvalsOf(ctx: CoreContext, ids: string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (ids.length === 0) return found;
  const rows = await ctx.db
    .select({ id: approval.changeRequestId, boundTo: approval.boundTo })
    .from(approval)
    .where(and(sql`${approval.changeRequestId} = any(${sql.param(ids)}::uuid[])`, eq(approval.verdict, "approved")));
  for (const row of rows) found.set(row.id, [...(found.get(row.id) ?? []), row.boundTo]);
  return found;
}

function countGates(gates: (typeof changeRequest.$inferSelect)["gates"]): ChangeRequestRow["gates"] {
  const count = (verdict: string): number => gates.filter((gate) => gate.verdict === verdict).length;
  return { passed: count("pass"), warned: count("warn"), failed: count("fail"), unknown: count("unknown"), total: gates.length };
}

function headlineOf(request: typeof changeRequest.$inferSelect, version: number | null, before: number | null, approvals: number): string {
  if (request.outcome !== "") return request.outcome.split("\n")[0] ?? "";
  const failing = request.gates.filter((gate) => gate.verdict === "fail");
  const warning = request.gates.filter((gate) => gate.verdict === "warn");
  const subject =
    request.kind === "remove"
      ? "It would stop answering."
      : before === null
        ? `Version ${version} would be the first here.`
        : `Version ${version} would replace version ${before}.`;
  if (failing.length > 0) return `${failing.length === 1 ? "A gate stops it" : `${failing.length} gates stop it`}: ${failing[0]?.evidence ?? ""}`;
  if (warning.length > 0) return `${subject} Nothing stops it; look at this: ${warning[0]?.evidence ?? ""}`;
  if (request.status === "approved" || request.status === "committed")
    return `${subject.replace("would replace", "replaces").replace("would be", "becomes")} It is on its way.`;
  const missing = request.approvalsRequired - approvals;
  return missing > 0 ? `${subject} Nothing stops it; ${missing === 1 ? "one approval is" : `${missing} approvals are`} missing.` : subject;
}
