import { project, projectMember, user } from "@trellis/db/schema";
import { and, eq, inArray } from "drizzle-orm";
import { usersWithRole } from "../identity/index.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { notify } from "../notifications/index.ts";

type Told = { id: string; number: number; projectId: string; authorId: string | null };

/** Tells everybody who may approve the request, but not its author. */
export async function askApprovers(tx: Transaction, ctx: CoreContext, request: Told, title: string, body: string): Promise<void> {
  const approvers = await usersWithRole({ ...ctx, db: tx }, "approver");
  const able = await whoMayRead(tx, request.projectId, approvers);
  const userIds = able.filter((userId) => userId !== request.authorId);
  await notify(tx, ctx, { userIds, kind: "approval_wanted", title, body, href: requestHref(request) });
}

/** Tells the person who asked; nobody when a run did. */
export async function tellAuthor(tx: Transaction, ctx: CoreContext, request: Told, title: string, body: string): Promise<void> {
  const userIds = request.authorId ? [request.authorId] : await members(tx, request.projectId);
  await notify(tx, ctx, { userIds, kind: "change_request_decided", title, body, href: requestHref(request) });
}

/** Path of a request in the portal. */
export function requestHref(request: { number: number }): string {
  return `/approvals/${request.number}`;
}

async function whoMayRead(tx: Transaction, projectId: string, userIds: string[]): Promise<string[]> {
  const [row] = await tx.select({ visibility: project.visibility }).from(project).where(eq(project.id, projectId));
  if (row?.visibility !== "private" || userIds.length === 0) return userIds;
  const inProject = new Set(await members(tx, projectId));
  const admins = await tx
    .select({ id: user.id })
    .from(user)
    .where(and(inArray(user.id, userIds), eq(user.role, "admin")));
  const adminIds = new Set(admins.map((admin) => admin.id));
  return userIds.filter((userId) => inProject.has(userId) || adminIds.has(userId));
}

async function members(tx: Transaction, projectId: string): Promise<string[]> {
  const rows = await tx.select({ userId: projectMember.userId }).from(projectMember).where(eq(projectMember.projectId, projectId)).limit(200);
  return rows.map((row) => row.userId);
}
