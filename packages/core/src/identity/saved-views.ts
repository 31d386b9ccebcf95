import { savedView } from "@trellis/db/schema";
import { and, asc, eq, ne } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError, notFound } from "../kernel/errors.ts";
import { hasUnstorableText } from "../kernel/storable-text.ts";

/** Most views that a person keeps for one page. */
const MAX_VIEWS = 100;

/** Which page's views, e.g. `experiment:12`. */
const area = z.string().regex(/^[a-z]+(:[\w.-]{1,100})?$/, "An area is a word, or a word, a colon and an id.");

export const listSavedViewsInput = z.object({ area });
export const saveViewInput = z.object({
  area,
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .refine((text) => !hasUnstorableText(text), "This text cannot be stored."),
  /** The page's state as it stands in the address, without `?`. */
  query: z
    .string()
    .max(8_000)
    .refine((text) => !hasUnstorableText(text), "This text cannot be stored."),
});
export const deleteSavedViewInput = z.object({ id: z.uuid() });

/** A named state of a page: filter, columns and sort. It is its owner's alone. */
export type SavedView = { id: string; name: string; query: string };

/** The actor's views of a page by name. */
export async function listSavedViews(ctx: CoreContext, input: z.infer<typeof listSavedViewsInput>): Promise<SavedView[]> {
  return ctx.db
    .select({ id: savedView.id, name: savedView.name, query: savedView.query })
    .from(savedView)
    .where(and(eq(savedView.userId, person(ctx)), eq(savedView.area, input.area)))
    .orderBy(asc(savedView.name))
    .limit(MAX_VIEWS);
}

/** Keeps a view under a name; one of that name is replaced. PRECONDITION_FAILED when there are too many. */
export async function saveView(ctx: CoreContext, input: z.infer<typeof saveViewInput>): Promise<SavedView> {
  const userId = person(ctx);
  const held = await ctx.db.$count(savedView, and(eq(savedView.userId, userId), eq(savedView.area, input.area), ne(savedView.name, input.name)));
  if (held >= MAX_VIEWS) throw new CoreError("PRECONDITION_FAILED", `You have ${MAX_VIEWS} views of this page already. Delete one first.`);
  const [saved] = await ctx.db
    .insert(savedView)
    .values({ id: ctx.newId(), userId, ...input, createdAt: ctx.now() })
    .onConflictDoUpdate({ target: [savedView.userId, savedView.area, savedView.name], set: { query: input.query } })
    .returning({ id: savedView.id, name: savedView.name, query: savedView.query });
  if (!saved) throw new Error(`View ${input.name} vanished while it was saved`);
  return saved;
}

/** Forgets one of the actor's views; NOT_FOUND when there is none of this id. */
export async function deleteSavedView(ctx: CoreContext, input: z.infer<typeof deleteSavedViewInput>): Promise<void> {
  const gone = await ctx.db
    .delete(savedView)
    .where(and(eq(savedView.id, input.id), eq(savedView.userId, person(ctx))))
    .returning({ id: savedView.id });
  if (gone.length === 0) throw notFound("View", input.id);
}

function person(ctx: CoreContext): string {
  if (ctx.actor.kind !== "user") throw new CoreError("FORBIDDEN", "Only a person has saved views.");
  return ctx.actor.userId;
}
