import { invitation, team, teamMember, user } from "@trellis/db/schema";
import { and, asc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import { ROLES, type CoreContext, type Role } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { authorize } from "./authorize.ts";
import { roleAtLeast } from "./domain/permissions.ts";
import { hashToken } from "./invite-user.ts";

/** How many people the portal knows; 0 asks for the first administrator. */
export async function countUsers(ctx: CoreContext): Promise<number> {
  const [row] = await ctx.db.select({ count: sql<number>`count(*)::int` }).from(user);
  return row?.count ?? 0;
}

/** People by name, 100 a page; `cursor` is the last id of the page before. */
export async function listUsers(ctx: CoreContext, input: { cursor?: string } = {}) {
  await authorize(ctx, "platform.read");
  const rows = await ctx.db
    .select({ id: user.id, name: user.name, email: user.email, role: user.role, disabledAt: user.disabledAt, createdAt: user.createdAt })
    .from(user)
    .where(input.cursor ? gt(user.id, input.cursor) : undefined)
    .orderBy(asc(user.id))
    .limit(101);
  return { items: rows.slice(0, 100), nextCursor: rows.length > 100 ? (rows[99]?.id ?? null) : null };
}

/** Ids of people who can do at least what `role` can; at most 500. */
export async function usersWithRole(ctx: CoreContext, role: Role): Promise<string[]> {
  const roles = ROLES.filter((candidate) => roleAtLeast(candidate, role));
  const rows = await ctx.db
    .select({ id: user.id })
    .from(user)
    .where(and(inArray(user.role, roles), isNull(user.disabledAt)))
    .orderBy(asc(user.id))
    .limit(500);
  return rows.map((row) => row.id);
}

/** Open invitations, newest last; at most 200. */
export async function listInvitations(ctx: CoreContext) {
  await authorize(ctx, "user.manage");
  return ctx.db
    .select({ id: invitation.id, email: invitation.email, role: invitation.role, expiresAt: invitation.expiresAt, createdAt: invitation.createdAt })
    .from(invitation)
    .where(and(isNull(invitation.acceptedAt), isNull(invitation.revokedAt), gt(invitation.expiresAt, ctx.now())))
    .orderBy(asc(invitation.createdAt))
    .limit(200);
}

/** What the page of an invitation link shows: for whom it is. Needs no session; the token is the proof. */
export async function getInvitation(ctx: CoreContext, token: string): Promise<{ email: string; role: string }> {
  const [row] = await ctx.db
    .select({ email: invitation.email, role: invitation.role })
    .from(invitation)
    .where(and(eq(invitation.tokenHash, hashToken(token)), isNull(invitation.acceptedAt), isNull(invitation.revokedAt), gt(invitation.expiresAt, ctx.now())));
  if (!row) throw notFound("Invitation", "of this link");
  return row;
}

/** Teams with their number of members; at most 200. */
export async function listTeams(ctx: CoreContext) {
  await authorize(ctx, "platform.read");
  return ctx.db
    .select({ id: team.id, slug: team.slug, name: team.name, members: sql<number>`count(${teamMember.userId})::int` })
    .from(team)
    .leftJoin(teamMember, eq(teamMember.teamId, team.id))
    .groupBy(team.id)
    .orderBy(asc(team.slug))
    .limit(200);
}
