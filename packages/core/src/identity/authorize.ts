import { project, projectMember } from "@trellis/db/schema";
import { and, eq, exists, isNull, or, type SQL, sql } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError, notFound } from "../kernel/errors.ts";
import { judge, type Permission, PERMISSIONS, type ProjectRelation } from "./domain/permissions.ts";

/**
 * Throws unless the actor may do this. FORBIDDEN names the missing right; NOT_FOUND when the project is private and the
 * actor is not in it. The platform itself (system actors) may do everything.
 */
export async function authorize(ctx: CoreContext, permission: Permission, scope: { projectId?: string } = {}): Promise<void> {
  const { actor } = ctx;
  if (actor.kind === "system") return;
  if (actor.kind === "attempt") return authorizeAttempt(actor.projectId, permission, scope.projectId);
  const relation = scope.projectId ? await relationTo(ctx, actor.userId, scope.projectId) : null;
  const verdict = judge(actor.role, permission, relation);
  if (verdict === "allowed") return;
  if (verdict === "hidden") throw notFound("Project", scope.projectId ?? "");
  throw new CoreError("FORBIDDEN", refusal(permission, actor.role));
}

/** Condition on the `project` table that keeps a list to what the actor may see; undefined = no restriction. */
export function visibleProjects(ctx: CoreContext): SQL | undefined {
  const { actor } = ctx;
  if (actor.kind === "attempt") return eq(project.id, actor.projectId);
  if (actor.kind === "system" || actor.role === "admin") return undefined;
  const membership = ctx.db
    .select({ one: sql`1` })
    .from(projectMember)
    .where(and(eq(projectMember.projectId, project.id), eq(projectMember.userId, actor.userId)));
  return or(eq(project.visibility, "internal"), exists(membership));
}

const OF_ATTEMPTS = new Set<Permission>(["project.list", "project.read", "project.write"]);

/** A step reads and writes its own project; other projects do not exist for it. */
function authorizeAttempt(own: string, permission: Permission, projectId: string | undefined): void {
  if (projectId !== undefined && projectId !== own) throw notFound("Project", projectId);
  if (!OF_ATTEMPTS.has(permission)) throw new CoreError("FORBIDDEN", "A pipeline step may not do this. A person has to.");
}

async function relationTo(ctx: CoreContext, userId: string, projectId: string): Promise<ProjectRelation> {
  const [row] = await ctx.db
    .select({ visibility: project.visibility, member: projectMember.role })
    .from(project)
    .leftJoin(projectMember, and(eq(projectMember.projectId, project.id), eq(projectMember.userId, userId)))
    .where(and(eq(project.id, projectId), isNull(project.archivedAt)));
  if (!row) throw notFound("Project", projectId);
  return row;
}

function refusal(permission: Permission, role: string): string {
  const requirement = PERMISSIONS[permission];
  const relation =
    "project" in requirement && requirement.project !== "reader"
      ? `, and to be ${requirement.project === "owner" ? "an owner" : "a member"} of the project`
      : "";
  return `This needs the role ${requirement.role.replace("_", " ")} or higher${relation}. You have the role ${role.replace("_", " ")}. Ask an administrator or an owner of the project.`;
}
