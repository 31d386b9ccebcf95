import { auditEvent } from "@trellis/db/schema";
import { and, desc, eq, gte, lt, type SQL } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";

export const searchAuditEventsInput = z.object({
  action: z.string().max(100).optional(),
  actorId: z.string().max(100).optional(),
  projectId: z.uuid().optional(),
  subjectId: z.string().max(100).optional(),
  since: z.coerce.date().optional(),
  cursor: z.number().int().positive().optional(),
  limit: z.number().int().min(1).max(200).default(50),
});

/** Audit events, newest first, page by page; administrators only. */
export async function searchAuditEvents(ctx: CoreContext, input: z.infer<typeof searchAuditEventsInput>) {
  if (ctx.actor.kind === "attempt" || (ctx.actor.kind === "user" && ctx.actor.role !== "admin"))
    throw new CoreError("FORBIDDEN", "Only an administrator can read the audit log.");
  const conditions: (SQL | undefined)[] = [
    input.action ? eq(auditEvent.action, input.action) : undefined,
    input.actorId ? eq(auditEvent.actorId, input.actorId) : undefined,
    input.projectId ? eq(auditEvent.projectId, input.projectId) : undefined,
    input.subjectId ? eq(auditEvent.subjectId, input.subjectId) : undefined,
    input.since ? gte(auditEvent.at, input.since) : undefined,
    input.cursor ? lt(auditEvent.seq, input.cursor) : undefined,
  ];
  const rows = await ctx.db
    .select()
    .from(auditEvent)
    .where(and(...conditions))
    .orderBy(desc(auditEvent.seq))
    .limit(input.limit + 1);
  const items = rows.slice(0, input.limit);
  return { items, nextCursor: rows.length > input.limit ? (items.at(-1)?.seq ?? null) : null };
}
