import { notification } from "@trellis/db/schema";
import { and, desc, eq, isNull, lt, sql } from "drizzle-orm";
import { z } from "zod";
import { announce } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";

export const listNotificationsInput = z.object({ cursor: z.uuid().optional(), limit: z.number().int().min(1).max(100).default(20) });

/** The actor's own messages, newest first, with the number of unread ones. */
export async function listNotifications(ctx: CoreContext, input: z.infer<typeof listNotificationsInput>) {
  const userId = ownId(ctx);
  const rows = await ctx.db
    .select()
    .from(notification)
    .where(and(eq(notification.userId, userId), input.cursor ? lt(notification.id, input.cursor) : undefined))
    .orderBy(desc(notification.id))
    .limit(input.limit + 1);
  const [unread] = await ctx.db
    .select({ count: sql<number>`count(*)::int` })
    .from(notification)
    .where(and(eq(notification.userId, userId), isNull(notification.readAt)));
  const items = rows.slice(0, input.limit);
  return { items, unread: unread?.count ?? 0, nextCursor: rows.length > input.limit ? (items.at(-1)?.id ?? null) : null };
}

export const markNotificationsReadInput = z.object({ ids: z.array(z.uuid()).max(100).optional() });

/** Marks the given messages of the actor as read, or all of them. */
export async function markNotificationsRead(ctx: CoreContext, input: z.infer<typeof markNotificationsReadInput>): Promise<void> {
  const userId = ownId(ctx);
  const ids = input.ids;
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(notification)
      .set({ readAt: ctx.now() })
      .where(and(eq(notification.userId, userId), isNull(notification.readAt), ids ? sql`${notification.id} = any(${sql.param(ids)}::uuid[])` : undefined));
    await announce(tx, `notifications:${userId}`);
  });
}

function ownId(ctx: CoreContext): string {
  if (ctx.actor.kind !== "user") throw new CoreError("FORBIDDEN", "Only people have an inbox.");
  return ctx.actor.userId;
}
