import { auditEvent } from "@trellis/db/schema";
import type { CoreContext, Database, Transaction } from "../kernel/context.ts";

export type AuditEntry = {
  /** `area.noun.verb`, e.g. `delivery.change-request.approve`. */
  action: `${string}.${string}.${string}`;
  subject: { kind: string; id: string; name: string };
  projectId?: string;
  /** Facts worth keeping; never a secret. */
  data?: Record<string, unknown>;
};

/** Writes down who did what, in the transaction of the write itself: no write without its record. */
export async function recordAuditEvent(tx: Database | Transaction, ctx: Pick<CoreContext, "actor" | "now">, entry: AuditEntry): Promise<void> {
  const { actor } = ctx;
  await tx.insert(auditEvent).values({
    at: ctx.now(),
    actorId: actor.kind === "user" ? actor.userId : null,
    actorName: actor.name,
    action: entry.action,
    subjectKind: entry.subject.kind,
    subjectId: entry.subject.id,
    subjectName: entry.subject.name,
    projectId: entry.projectId ?? null,
    data: entry.data ?? {},
  });
}
