import { team, teamMember, user } from "@trellis/db/schema";
import { inArray } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError, notFound } from "../kernel/errors.ts";
import { authorize } from "./authorize.ts";

export const createTeamInput = z.object({
  slug: z.string().regex(/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/, "Use 3 to 40 lower case letters, digits and hyphens, starting with a letter."),
  name: z.string().trim().min(1).max(100),
  userIds: z.array(z.string()).max(200).default([]),
});

/** Makes a team with its members. CONFLICT when the name is taken, NOT_FOUND for a person who is not here. */
export async function createTeam(ctx: CoreContext, input: z.infer<typeof createTeamInput>): Promise<{ id: string }> {
  await authorize(ctx, "user.manage");
  const id = ctx.newId();
  await ctx.db.transaction(async (tx) => {
    const made = await tx.insert(team).values({ id, slug: input.slug, name: input.name, createdAt: ctx.now() }).onConflictDoNothing().returning();
    if (made.length === 0)
      throw new CoreError("CONFLICT", `A team named ${input.slug} exists already.`, { issues: [{ path: "slug", message: "This name is taken." }] });
    if (input.userIds.length > 0) {
      const found = await tx.select({ id: user.id }).from(user).where(inArray(user.id, input.userIds));
      const missing = input.userIds.find((userId) => !found.some((person) => person.id === userId));
      if (missing !== undefined) throw notFound("Person", missing);
      await tx.insert(teamMember).values(found.map((member) => ({ teamId: id, userId: member.id, createdAt: ctx.now() })));
    }
    await recordAuditEvent(tx, ctx, { action: "identity.team.create", subject: { kind: "team", id, name: input.slug } });
  });
  return { id };
}
