import { project, projectMember, team, user } from "@trellis/db/schema";
import { and, asc, desc, eq, exists, ilike, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { authorize, type Permission, visibleProjects } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";

export type Project = typeof project.$inferSelect;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The project of this id or name, if the actor may do this with it; NOT_FOUND when it is not there or hidden. */
export async function requireProject(ctx: CoreContext, idOrSlug: string, permission: Permission = "project.read"): Promise<Project> {
  const [row] = await ctx.db
    .select()
    .from(project)
    .where(and(UUID.test(idOrSlug) ? eq(project.id, idOrSlug) : eq(project.slug, idOrSlug), isNull(project.archivedAt)));
  if (!row) throw notFound("Project", idOrSlug);
  await authorize(ctx, permission, { projectId: row.id }).catch((error: unknown) => {
    throw error instanceof Error && "code" in error && error.code === "NOT_FOUND" ? notFound("Project", idOrSlug) : error;
  });
  return row;
}

export const listProjectsInput = z.object({
  search: z.string().trim().max(100).optional(),
  /** Only those that the actor is a member of. */
  mine: z.boolean().default(false),
  teamId: z.uuid().optional(),
  template: z.string().max(100).optional(),
  cursor: z.uuid().optional(),
  limit: z.number().int().min(1).max(100).default(50),
});

/** Projects that the actor may see, newest first, page by page. */
export async function listProjects(ctx: CoreContext, input: z.input<typeof listProjectsInput> = {}) {
  await authorize(ctx, "project.list");
  const query = listProjectsInput.parse(input);
  const pattern = query.search ? `%${query.search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%` : null;
  const conditions: (SQL | undefined)[] = [
    isNull(project.archivedAt),
    visibleProjects(ctx),
    pattern ? or(ilike(project.slug, pattern), ilike(project.title, pattern), ilike(project.description, pattern)) : undefined,
    query.mine && ctx.actor.kind === "user" ? memberOf(ctx, ctx.actor.userId) : undefined,
    query.teamId ? eq(project.teamId, query.teamId) : undefined,
    query.template ? eq(project.template, query.template) : undefined,
    query.cursor ? lt(project.id, query.cursor) : undefined,
  ];
  const rows = await ctx.db
    .select({ project, teamName: team.name, ownerName: user.name })
    .from(project)
    .leftJoin(team, eq(team.id, project.teamId))
    .leftJoin(user, eq(user.id, project.createdBy))
    .where(and(...conditions))
    .orderBy(desc(project.id))
    .limit(query.limit + 1);
  const items = rows.slice(0, query.limit).map((row) => ({ ...row.project, teamName: row.teamName, ownerName: row.ownerName }));
  return { items, nextCursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
}

/** Members of a project with their names, owners first; at most 200. */
export async function listProjectMembers(ctx: CoreContext, projectId: string) {
  await authorize(ctx, "project.read", { projectId });
  return ctx.db
    .select({ userId: projectMember.userId, role: projectMember.role, name: user.name, email: user.email })
    .from(projectMember)
    .innerJoin(user, eq(user.id, projectMember.userId))
    .where(eq(projectMember.projectId, projectId))
    .orderBy(desc(projectMember.role), asc(user.name))
    .limit(200);
}

/** What the actor may do with a project: for pages that show or hide buttons. */
export async function projectAbilities(ctx: CoreContext, projectId: string): Promise<{ write: boolean; manage: boolean }> {
  const may = (permission: Permission): Promise<boolean> =>
    authorize(ctx, permission, { projectId }).then(
      () => true,
      () => false,
    );
  const [write, manage] = await Promise.all([may("project.write"), may("project.manage")]);
  return { write, manage };
}

function memberOf(ctx: CoreContext, userId: string): SQL {
  return exists(
    ctx.db
      .select({ one: sql`1` })
      .from(projectMember)
      .where(and(eq(projectMember.projectId, project.id), eq(projectMember.userId, userId))),
  );
}
