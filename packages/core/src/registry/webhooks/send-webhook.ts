import { createHmac } from "node:crypto";
import { registryWebhook, webhookDelivery } from "@trellis/db/schema";
import { and, desc, eq, lt, sql } from "drizzle-orm";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError, isCoreError } from "../../kernel/errors.ts";
import { storableText } from "../../kernel/storable-text.ts";
import { exampleMessage, type WebhookEvent, webhookBody } from "../domain/webhook-events.ts";
import { MAX_DELIVERY_ATTEMPTS } from "../jobs.ts";
import { SecretBoxCapability, WebhookSenderCapability } from "../ports.ts";
import { requireWebhookEvent } from "./manage-webhooks.ts";
import { requireWebhook, type WebhookRow } from "./webhook.ts";

/** Statuses after which a message is worth sending again. */
const WORTH_A_RETRY = new Set([408, 425, 429, 500, 502, 503, 504]);
const MAX_ERROR_LENGTH = 1_000;

/** How sending a message went. `status` is null when nothing answered. */
type Outcome = { status: number | null; body: string; error: string; isFinal: boolean };

/**
 * Answers job `registry.deliver-webhook`: sends a message and writes down how that went. UNAVAILABLE, for the queue to try
 * again, while there are attempts left and the other side may yet take it. A message that has arrived is not sent again.
 */
export async function deliverWebhook(ctx: CoreContext, input: { deliveryId: string }): Promise<void> {
  const [found] = await ctx.db
    .select({ delivery: webhookDelivery, webhook: registryWebhook })
    .from(webhookDelivery)
    .innerJoin(registryWebhook, eq(registryWebhook.id, webhookDelivery.webhookId))
    .where(eq(webhookDelivery.id, input.deliveryId));
  if (found?.delivery.status !== "waiting") return;
  const { delivery, webhook } = found;
  const outcome: Outcome =
    webhook.status === "ACTIVE"
      ? await send(ctx, webhook, { id: delivery.id, body: delivery.body })
      : { status: null, body: "", error: "The webhook was disabled before this was sent.", isFinal: true };
  const attempts = delivery.attempts + 1;
  const isDelivered = outcome.error === "";
  const isOver = isDelivered || outcome.isFinal || attempts >= MAX_DELIVERY_ATTEMPTS;
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(webhookDelivery)
      .set({
        attempts: sql`${webhookDelivery.attempts} + 1`,
        status: isDelivered ? "delivered" : isOver ? "failed" : "waiting",
        responseStatus: outcome.status,
        error: outcome.error,
        lastAttemptAt: ctx.now(),
      })
      .where(eq(webhookDelivery.id, delivery.id));
    await announce(tx, `webhook:${webhook.id}`);
  });
  if (!isOver) throw new CoreError("UNAVAILABLE", `The webhook ${webhook.name} did not take a message: ${outcome.error}`);
}

export type WebhookTest = { success: boolean; responseStatus: number | null; responseBody: string; error: string };

/** Sends an example of an event, of the first that the webhook asks for unless one is named, and says how that went. Nothing is written down. */
export async function testWebhook(ctx: CoreContext, input: { id: string; event?: string | null }): Promise<WebhookTest> {
  const webhook = await requireWebhook(ctx, input.id);
  const event = input.event ? requireWebhookEvent(input.event) : (webhook.events[0] as WebhookEvent);
  const { status, body, error } = await send(ctx, webhook, { id: ctx.newId(), body: webhookBody(exampleMessage(event), ctx.now()) });
  return { success: error === "", responseStatus: status, responseBody: body, error };
}

export type WebhookDelivery = Omit<typeof webhookDelivery.$inferSelect, "webhookId">;

/** What a webhook was sent, newest first, page by page. */
export async function listWebhookDeliveries(
  ctx: CoreContext,
  input: { id: string; cursor?: string | undefined; limit?: number },
): Promise<{ items: WebhookDelivery[]; nextCursor: string | null }> {
  const webhook = await requireWebhook(ctx, input.id);
  const limit = input.limit ?? 50;
  const rows = await ctx.db
    .select()
    .from(webhookDelivery)
    .where(and(eq(webhookDelivery.webhookId, webhook.id), input.cursor ? lt(webhookDelivery.id, input.cursor) : undefined))
    .orderBy(desc(webhookDelivery.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map(({ webhookId: _webhook, ...row }) => row);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

async function send(ctx: CoreContext, webhook: WebhookRow, message: { id: string; body: string }): Promise<Outcome> {
  try {
    const answer = await ctx
      .resolve(WebhookSenderCapability)
      .send({ url: webhook.url, headers: headersOf(ctx, webhook, message), body: message.body }, ctx.signal);
    const body = storableText(answer.body);
    if (answer.status >= 200 && answer.status < 300) return { status: answer.status, body, error: "", isFinal: true };
    return { status: answer.status, body, error: `It answered with status ${answer.status}.`, isFinal: !WORTH_A_RETRY.has(answer.status) };
  } catch (error) {
    if (!isCoreError(error)) throw error;
    return { status: null, body: "", error: storableText(error.message).slice(0, MAX_ERROR_LENGTH), isFinal: error.code !== "UNAVAILABLE" };
  }
}

/** The headers by which the receiver knows the message, when it was sent, and that it is genuine. */
function headersOf(ctx: CoreContext, webhook: WebhookRow, { id, body }: { id: string; body: string }): Record<string, string> {
  const timestamp = String(Math.floor(ctx.now().getTime() / 1_000));
  const headers = { "content-type": "application/json", "X-MLflow-Delivery-Id": id, "X-MLflow-Timestamp": timestamp };
  if (!webhook.sealedSecret) return headers;
  const secret = ctx.resolve(SecretBoxCapability).open(webhook.sealedSecret);
  return { ...headers, "X-MLflow-Signature": webhookSignature(secret, id, timestamp, body) };
}

/** `v1,` and the base64 HMAC-SHA256 of `<id>.<timestamp>.<body>`, as the protocol signs. */
export function webhookSignature(secret: string, id: string, timestamp: string, body: string): string {
  return `v1,${createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}
