import { project, projectMember } from "@trellis/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { recordAuditEvent } from "../audit/index.ts";
import { authorize } from "../identity/index.ts";
import { announce } from "../kernel/changes.ts";
import type { Actor, CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { personalSlug } from "./domain/personal-slug.ts";

/** Id of the actor's own project, or null while nothing has needed it. */
export async function findPersonalProject(ctx: CoreContext): Promise<string | null> {
  if (ctx.actor.kind !== "user") return null;
  const [row] = await ctx.db
    .select({ id: project.id })
    .from(project)
    .where(and(eq(project.personalOf, ctx.actor.userId), isNull(project.archivedAt)));
  return row?.id ?? null;
}

/**
 * Id of the actor's own project, made at the first use: private, without a repository, the person its owner. FORBIDDEN for
 * people who may not make projects, PRECONDITION_FAILED when it is archived.
 */
export async function ensurePersonalProject(ctx: CoreContext): Promise<string> {
  const { actor } = ctx;
  if (actor.kind !== "user") throw new CoreError("INVALID", "Only a person has a project of their own. Name the project.");
  const found = await findPersonalProject(ctx);
  if (found) return found;
  await authorize(ctx, "project.create");
  return makeProject(ctx, actor);
}

async function makeProject(ctx: CoreContext, actor: Extract<Actor, { kind: "user" }>): Promise<string> {
  const title = `${actor.name.trim().slice(0, 80) || actor.email}'s notebooks`;
  return ctx.db.transaction(async (tx) => {
    for (let attempt = 1; ; attempt += 1) {
      const slug = personalSlug(actor, attempt);
      const [made] = await tx
        .insert(project)
        .values({
          id: ctx.newId(),
          slug,
          title,
          visibility: "private",
          repository: "",
          personalOf: actor.userId,
          createdBy: actor.userId,
          createdAt: ctx.now(),
        })
        .onConflictDoNothing()
        .returning({ id: project.id });
      if (made) {
        await tx.insert(projectMember).values({ projectId: made.id, userId: actor.userId, role: "owner", createdAt: ctx.now() });
        await recordAuditEvent(tx, ctx, {
          action: "catalog.project.create",
          subject: { kind: "project", id: made.id, name: slug },
          projectId: made.id,
          data: { personal: true },
        });
        await announce(tx, "projects", `project:${made.id}`);
        return made.id;
      }
      // Either the name is another's, or this person's project was made at the same time.
      const [own] = await tx.select({ id: project.id, archivedAt: project.archivedAt }).from(project).where(eq(project.personalOf, actor.userId));
      if (own?.archivedAt) throw new CoreError("PRECONDITION_FAILED", "Your personal project is archived. Name the project to log to, or have it restored.");
      if (own) return own.id;
    }
  });
}
