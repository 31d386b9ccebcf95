import { createHash } from "node:crypto";
import { changeRequest, environment, modelVersion, project, registeredModel } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { authorize, type Permission } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError, isCoreError, notFound } from "../kernel/errors.ts";

/** A request by id, by number, or as people write it: `CR-12`. */
export const changeRequestRef = z.union([z.string().trim().min(1).max(60), z.int().positive().transform(String)]);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export type LoadedChangeRequest = {
  request: typeof changeRequest.$inferSelect;
  project: typeof project.$inferSelect;
  environment: typeof environment.$inferSelect;
  model: typeof registeredModel.$inferSelect;
  version: typeof modelVersion.$inferSelect | null;
};

/** The request with what it is about, if the actor may do this in its project; NOT_FOUND when it is not there or hidden. */
export async function requireChangeRequest(ctx: CoreContext, ref: string, permission: Permission = "project.read"): Promise<LoadedChangeRequest> {
  const number = /^(?:CR-)?([1-9]\d{0,8})$/i.exec(ref)?.[1];
  if (!number && !UUID.test(ref)) throw notFound("Change request", ref);
  const [row] = await ctx.db
    .select({ request: changeRequest, project, environment, model: registeredModel, version: modelVersion })
    .from(changeRequest)
    .innerJoin(project, eq(project.id, changeRequest.projectId))
    .innerJoin(environment, eq(environment.id, changeRequest.environmentId))
    .innerJoin(registeredModel, eq(registeredModel.id, changeRequest.modelId))
    .leftJoin(modelVersion, eq(modelVersion.id, changeRequest.versionId))
    .where(number ? eq(changeRequest.number, Number(number)) : eq(changeRequest.id, ref));
  if (!row) throw notFound("Change request", ref);
  await authorize(ctx, permission, { projectId: row.project.id }).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Change request", ref) : error;
  });
  return row;
}

/** `CR-12`. */
export function requestName(request: { number: number }): string {
  return `CR-${request.number}`;
}

/** Digest of exactly what an approver looks at: both texts of the manifest and the version's content. */
export function boundDigest(request: { manifestBefore: string | null; manifestAfter: string | null }, versionDigest: string | null): string {
  const hash = createHash("sha256");
  for (const part of [request.manifestBefore, request.manifestAfter, versionDigest]) hash.update(part === null ? "-" : `+${part.length} ${part}`).update("\0");
  return `sha256:${hash.digest("hex")}`;
}

/** True when the actor may do this in the project. */
export async function may(ctx: CoreContext, permission: Permission, projectId: string): Promise<boolean> {
  try {
    await authorize(ctx, permission, { projectId });
    return true;
  } catch (error) {
    if (isCoreError(error)) return false;
    throw error;
  }
}

/** Passes members of the project and people who may decide on requests in it. */
export async function authorizeMemberOrApprover(ctx: CoreContext, projectId: string): Promise<void> {
  if (await may(ctx, "change-request.decide", projectId)) return;
  await authorize(ctx, "project.write", { projectId });
}

/** Id and name to write down as author. */
export function authorOf(ctx: CoreContext): { authorId: string | null; authorName: string } {
  return { authorId: ctx.actor.kind === "user" ? ctx.actor.userId : null, authorName: ctx.actor.name };
}

/** CONFLICT for a request that is past the state that an act needs. */
export function wrongState(request: { number: number; status: string }, act: string): CoreError {
  return new CoreError("CONFLICT", `${requestName(request)} is ${request.status} and cannot be ${act} any more.`);
}
