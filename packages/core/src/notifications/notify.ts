import { notification } from "@trellis/db/schema";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Database, Transaction } from "../kernel/context.ts";

export type NotificationKind = "approval_wanted" | "change_request_decided" | "run_failed" | "drift_alert" | "deployment_changed";

export type NotificationDraft = {
  userIds: string[];
  kind: NotificationKind;
  title: string;
  body?: string;
  /** Path in the portal that it leads to, e.g. `/approvals/12`. */
  href: string;
};

/** Puts a message into the inbox of each person, in the transaction of what it tells; the actor is not told of their own act. */
export async function notify(tx: Database | Transaction, ctx: CoreContext, draft: NotificationDraft): Promise<void> {
  const { actor } = ctx;
  const own = actor.kind === "user" ? actor.userId : null;
  const recipients = [...new Set(draft.userIds)].filter((userId) => userId !== own);
  if (recipients.length === 0) return;
  await tx.insert(notification).values(
    recipients.map((userId) => ({
      id: ctx.newId(),
      userId,
      kind: draft.kind,
      title: draft.title,
      body: draft.body ?? "",
      href: draft.href,
      createdAt: ctx.now(),
    })),
  );
  await announce(tx, ...recipients.map((userId) => `notifications:${userId}` as const));
}
