import { changeRequest, deployment, deploymentRevision } from "@trellis/db/schema";
import { and, eq, gt, inArray } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import { SourceHostCapability } from "../../catalog/ports.ts";
import { enqueueJob } from "../../jobs/index.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import { changeNumber, parseManifest } from "../domain/manifest.ts";
import { ENVIRONMENTS_BRANCH, ENVIRONMENTS_REPOSITORY, PLATFORM_AUTHOR, readManifestText } from "../environments-repository.ts";
import { environmentReconcile } from "../jobs.ts";
import { titleOf } from "../open-change-request.ts";
import { recordChangeRequestEvent, recordDeploymentEvent } from "../record-events.ts";
import { type LoadedChangeRequest, requestName, requireChangeRequest } from "../require-change-request.ts";
import { tellAuthor } from "../tell-people.ts";

/** Other requests may commit between our look at the branch and our commit. */
const TRIES = 5;

/**
 * Answers job `change.commit`: writes an approved request to the environments repository. The commit carries the request's id,
 * so a repeat finds its own; a request that a later one has overtaken is not written over it.
 */
export async function commitChange(ctx: CoreContext, input: { changeRequestId: string }): Promise<void> {
  const loaded = await requireChangeRequest(ctx, input.changeRequestId);
  const { request } = loaded;
  if (request.status === "committed") return ctx.db.transaction((tx) => enqueueReconcile(tx, request.environmentId));
  if (request.status !== "approved") return;
  if (await isOvertaken(ctx, request)) return supersede(ctx, request);
  const written = await writeCommit(ctx, loaded);
  if (written === "overtaken") return supersede(ctx, request);
  if ("refusal" in written) return fail(ctx, loaded, written.refusal);
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .update(changeRequest)
      .set({ status: "committed", commit: written.commit })
      .where(and(eq(changeRequest.id, request.id), eq(changeRequest.status, "approved")))
      .returning();
    if (!row) return;
    const deploymentId = await upsertDeployment(tx, ctx, loaded, written.commit);
    if (row.versionId) {
      await tx
        .insert(deploymentRevision)
        .values({ id: ctx.newId(), deploymentId, versionId: row.versionId, changeRequestId: row.id, commit: written.commit, createdAt: ctx.now() })
        .onConflictDoNothing();
    }
    const message = `Commit ${written.commit.slice(0, 8)} in ${ENVIRONMENTS_REPOSITORY}.`;
    await recordChangeRequestEvent(tx, ctx, { changeRequestId: row.id, kind: "committed", message });
    await recordDeploymentEvent(tx, ctx, {
      deploymentId,
      kind: "committed",
      message: `${titleOf({ ...request, ...loaded })}. ${message}`,
      changeRequestNumber: row.number,
    });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.change-request.commit",
      subject: { kind: "change_request", id: row.id, name: requestName(row) },
      projectId: row.projectId,
      data: { commit: written.commit },
    });
    await enqueueReconcile(tx, row.environmentId);
  });
}

type Written = { commit: string } | { refusal: string } | "overtaken";

async function writeCommit(ctx: CoreContext, loaded: LoadedChangeRequest): Promise<Written> {
  const { request } = loaded;
  const host = ctx.resolve(SourceHostCapability);
  for (let attempt = 1; ; attempt += 1) {
    const { head, text } = await readManifestText(ctx, request.manifestPath);
    const written = text === null ? null : numberIn(text, request.manifestPath);
    if (written === request.number) return { commit: (await ownCommit(ctx, loaded)) ?? head };
    if (written !== null && written > request.number) return "overtaken";
    if (text === null && request.manifestAfter === null) return { commit: head };
    try {
      const { commit } = await host.commit(ENVIRONMENTS_REPOSITORY, commitRequest(loaded, head));
      return { commit };
    } catch (error) {
      if (!isCoreError(error)) throw error;
      if (error.code === "CONFLICT" && attempt < TRIES) continue;
      if (error.code === "CONFLICT" || error.code === "UNAVAILABLE") throw error;
      return { refusal: error.message };
    }
  }
}

/** Asks for the commit again: the host knows it by its key and makes none. */
async function ownCommit(ctx: CoreContext, loaded: LoadedChangeRequest): Promise<string | null> {
  try {
    const { commit } = await ctx.resolve(SourceHostCapability).commit(ENVIRONMENTS_REPOSITORY, commitRequest(loaded, null));
    return commit;
  } catch (error) {
    // The branch exists, so without a commit of this key `expectedHead: null` is refused.
    if (isCoreError(error) && error.code === "CONFLICT") return null;
    throw error;
  }
}

function commitRequest(loaded: LoadedChangeRequest, expectedHead: string | null) {
  const { request } = loaded;
  const reason = request.reason === "" ? "" : `\n\n${request.reason.slice(0, 2_000)}`;
  return {
    branch: ENVIRONMENTS_BRANCH,
    message: `${titleOf({ ...request, ...loaded })} (${requestName(request)})${reason}\n\nAsked by ${request.authorName}.`,
    author: PLATFORM_AUTHOR,
    changes: [{ path: request.manifestPath, content: request.manifestAfter }],
    expectedHead,
    key: request.id,
  };
}

function numberIn(text: string, file: string): number | null {
  try {
    return changeNumber(parseManifest(text, file));
  } catch {
    // What cannot be read cannot be newer; the commit repairs it.
    return null;
  }
}

async function isOvertaken(ctx: CoreContext, request: LoadedChangeRequest["request"]): Promise<boolean> {
  const [newer] = await ctx.db
    .select({ id: changeRequest.id })
    .from(changeRequest)
    .where(
      and(
        eq(changeRequest.deploymentName, request.deploymentName),
        gt(changeRequest.number, request.number),
        inArray(changeRequest.status, ["committed", "applied", "failed"]),
      ),
    )
    .limit(1);
  return newer !== undefined;
}

/** The row says at once what git says now; the reconciliation of the environment reads the same there. */
async function upsertDeployment(tx: Transaction, ctx: CoreContext, { request }: LoadedChangeRequest, commit: string): Promise<string> {
  const now = ctx.now();
  const isRemoval = request.versionId === null;
  const asked = {
    desiredVersionId: request.versionId,
    desiredCommit: isRemoval ? null : commit,
    sync: "out_of_sync" as const,
    failures: 0,
    retryAt: null,
    updatedAt: now,
    ...(request.kind === "rollback" ? { held: true } : {}),
    ...(isRemoval ? {} : { lifecycle: "active" as const }),
  };
  const [row] = await tx
    .insert(deployment)
    .values({
      ...asked,
      id: ctx.newId(),
      name: request.deploymentName,
      projectId: request.projectId,
      environmentId: request.environmentId,
      modelId: request.modelId,
      health: "progressing",
      createdAt: now,
    })
    .onConflictDoUpdate({ target: deployment.name, set: asked })
    .returning({ id: deployment.id });
  if (!row) throw new Error("The deployment was not written.");
  return row.id;
}

async function enqueueReconcile(tx: Transaction, environmentId: string): Promise<void> {
  await enqueueJob(tx, environmentReconcile, { environmentId }, { key: environmentId });
}

async function supersede(ctx: CoreContext, request: LoadedChangeRequest["request"]): Promise<void> {
  const outcome = "A later request for the same deployment was committed first.";
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .update(changeRequest)
      .set({ status: "superseded", outcome, endedAt: ctx.now() })
      .where(and(eq(changeRequest.id, request.id), eq(changeRequest.status, "approved")))
      .returning();
    if (!row) return;
    await recordChangeRequestEvent(tx, ctx, { changeRequestId: row.id, kind: "superseded", message: outcome });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.change-request.supersede",
      subject: { kind: "change_request", id: row.id, name: requestName(row) },
      projectId: row.projectId,
    });
  });
}

async function fail(ctx: CoreContext, { request }: LoadedChangeRequest, why: string): Promise<void> {
  const outcome = `It could not be written to ${ENVIRONMENTS_REPOSITORY}: ${why}`;
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .update(changeRequest)
      .set({ status: "failed", outcome, endedAt: ctx.now() })
      .where(and(eq(changeRequest.id, request.id), eq(changeRequest.status, "approved")))
      .returning();
    if (!row) return;
    await recordChangeRequestEvent(tx, ctx, { changeRequestId: row.id, kind: "failed", message: outcome });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.change-request.fail",
      subject: { kind: "change_request", id: row.id, name: requestName(row) },
      projectId: row.projectId,
      data: { outcome },
    });
    await tellAuthor(tx, ctx, row, `${requestName(row)} failed`, outcome);
  });
}
