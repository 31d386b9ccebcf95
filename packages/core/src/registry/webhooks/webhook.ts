import { projectMember, registryWebhook, type WEBHOOK_STATUSES } from "@trellis/db/schema";
import { and, eq, exists, or, type SQL, sql } from "drizzle-orm";
import { authorize } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import type { WebhookEvent } from "../domain/webhook-events.ts";

export type WebhookRow = typeof registryWebhook.$inferSelect;

/** A webhook as its owner sees it; its secret is never shown. */
export type Webhook = {
  id: string;
  /** Null = told of all models that its owner may see. */
  projectId: string | null;
  ownerId: string;
  name: string;
  description: string | null;
  url: string;
  events: WebhookEvent[];
  status: (typeof WEBHOOK_STATUSES)[number];
  isSigned: boolean;
  createdAt: Date;
  updatedAt: Date;
};

export function toWebhook({ sealedSecret, events, ...row }: WebhookRow): Webhook {
  return { ...row, events: events as WebhookEvent[], isSigned: sealedSecret !== null };
}

/** Condition that keeps a list to webhooks of the actor's own and of projects that the actor is in. */
export function ownWebhooks(ctx: CoreContext): SQL | undefined {
  const { actor } = ctx;
  if (actor.kind === "system" || (actor.kind === "user" && actor.role === "admin")) return undefined;
  if (actor.kind !== "user") return sql`false`;
  const membership = ctx.db
    .select({ one: sql`1` })
    .from(projectMember)
    .where(and(eq(projectMember.projectId, registryWebhook.projectId), eq(projectMember.userId, actor.userId)));
  return or(eq(registryWebhook.ownerId, actor.userId), exists(membership));
}

/** A webhook that the actor may change: their own, one of a project that they may write to, any for administrators. */
export async function requireWebhook(ctx: CoreContext, webhookId: string): Promise<WebhookRow> {
  const missing = new CoreError("NOT_FOUND", `Webhook with ID ${webhookId} not found.`);
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(webhookId)) throw missing;
  const [row] = await ctx.db
    .select()
    .from(registryWebhook)
    .where(and(eq(registryWebhook.id, webhookId), ownWebhooks(ctx)));
  if (!row) throw missing;
  const isOwn = ctx.actor.kind === "user" && row.ownerId === ctx.actor.userId;
  if (row.projectId && !isOwn) await authorize(ctx, "project.write", { projectId: row.projectId });
  return row;
}
