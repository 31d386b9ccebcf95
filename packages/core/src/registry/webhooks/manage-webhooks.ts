import { registryWebhook, type WEBHOOK_STATUSES } from "@trellis/db/schema";
import { and, desc, eq, lt } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import { authorize } from "../../identity/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { hasUnstorableText } from "../../kernel/storable-text.ts";
import { WEBHOOK_EVENTS, type WebhookEvent } from "../domain/webhook-events.ts";
import { SecretBoxCapability, WebhookSenderCapability } from "../ports.ts";
import { ownWebhooks, requireWebhook, toWebhook, type Webhook, type WebhookRow } from "./webhook.ts";

type Status = (typeof WEBHOOK_STATUSES)[number];

/** Most characters of a webhook's address, description and secret. */
const LIMITS = { url: 2_000, description: 1_000, secret: 1_000 };

export type NewWebhook = {
  /** Without a project it is told of all models that its owner may see. */
  scope: { projectId: string | null };
  name: string;
  url: string;
  events: string[];
  secret?: string | null;
  status?: Status | null;
  description?: string | null;
};

/** Makes a webhook that belongs to the actor. INVALID for an address that must not be called. */
export async function createWebhook(ctx: CoreContext, input: NewWebhook): Promise<Webhook> {
  const { projectId } = input.scope;
  if (ctx.actor.kind !== "user") throw new CoreError("FORBIDDEN", "Only a person can make a webhook: it is told of what its owner may see.");
  if (projectId) await authorize(ctx, "project.write", { projectId });
  else await authorize(ctx, "project.create");
  const values = checked(input);
  await ctx.resolve(WebhookSenderCapability).check(input.url);
  const row = {
    ...values,
    id: ctx.newId(),
    projectId,
    ownerId: ctx.actor.userId,
    name: input.name,
    url: input.url,
    events: values.events ?? [],
    createdAt: ctx.now(),
    updatedAt: ctx.now(),
    ...(input.secret ? { sealedSecret: ctx.resolve(SecretBoxCapability).seal(input.secret) } : {}),
  };
  return ctx.db.transaction(async (tx) => {
    const [made] = await tx.insert(registryWebhook).values(row).returning();
    if (!made) throw new Error("The webhook was not made");
    await writeDown(tx, ctx, made, "registry.webhook.create");
    return toWebhook(made);
  });
}

export type WebhookChange = { id: string } & Partial<Pick<NewWebhook, "name" | "url" | "events" | "secret" | "status" | "description">>;

/** Changes a webhook; what is not given stays. */
export async function updateWebhook(ctx: CoreContext, input: WebhookChange): Promise<Webhook> {
  const row = await requireWebhook(ctx, input.id);
  const values = checked(input);
  if (input.url) await ctx.resolve(WebhookSenderCapability).check(input.url);
  const sealed = input.secret ? { sealedSecret: ctx.resolve(SecretBoxCapability).seal(input.secret) } : {};
  return ctx.db.transaction(async (tx) => {
    const [changed] = await tx
      .update(registryWebhook)
      .set({ ...values, ...sealed, updatedAt: ctx.now() })
      .where(eq(registryWebhook.id, row.id))
      .returning();
    if (!changed) throw new CoreError("NOT_FOUND", `Webhook with ID ${row.id} not found.`);
    await writeDown(tx, ctx, changed, "registry.webhook.update");
    return toWebhook(changed);
  });
}

/** Deletes a webhook with the record of what it was sent. */
export async function deleteWebhook(ctx: CoreContext, input: { id: string }): Promise<void> {
  const row = await requireWebhook(ctx, input.id);
  await ctx.db.transaction(async (tx) => {
    await tx.delete(registryWebhook).where(eq(registryWebhook.id, row.id));
    await writeDown(tx, ctx, row, "registry.webhook.delete");
  });
}

/** One webhook. */
export async function getWebhook(ctx: CoreContext, input: { id: string }): Promise<Webhook> {
  return toWebhook(await requireWebhook(ctx, input.id));
}

/** Webhooks that the actor may change, newest first; in a scope with a project only that project's. INVALID for a token that is none. */
export async function listWebhooks(
  ctx: CoreContext,
  input: { scope: { projectId: string | null }; maxResults?: number | null; pageToken?: string | null },
): Promise<{ webhooks: Webhook[]; nextPageToken: string | null }> {
  const count = input.maxResults ?? 100;
  if (!Number.isInteger(count) || count < 1 || count > 1_000)
    throw new CoreError("INVALID", `Invalid value ${count} for parameter 'max_results' supplied: It must be from 1 to 1000.`);
  if (input.pageToken && !/^[0-9a-f-]{36}$/.test(input.pageToken)) throw new CoreError("INVALID", "Invalid page token. Start from the first page.");
  const rows = await ctx.db
    .select()
    .from(registryWebhook)
    .where(
      and(
        ownWebhooks(ctx),
        input.scope.projectId ? eq(registryWebhook.projectId, input.scope.projectId) : undefined,
        input.pageToken ? lt(registryWebhook.id, input.pageToken) : undefined,
      ),
    )
    .orderBy(desc(registryWebhook.id))
    .limit(count + 1);
  const page = rows.slice(0, count);
  return { webhooks: page.map(toWebhook), nextPageToken: rows.length > count ? (page.at(-1)?.id ?? null) : null };
}

/** The given fields that a row takes as they are, after looking at each; null and undefined mean that a field is not given. */
function checked(input: Partial<NewWebhook>): Partial<Pick<WebhookRow, "name" | "url" | "events" | "status" | "description">> {
  const { name, url, description, secret, status } = input;
  if (hasUnstorableText([name, url, description, secret])) throw invalid("name", "A webhook's texts cannot contain NUL characters or broken text.");
  if (name && !/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(name))
    throw invalid(
      "name",
      `Webhook name ${JSON.stringify(name)} is not valid: letters, digits, dots, underscores and hyphens, at most 63, with a letter or digit at both ends.`,
    );
  if (url && url.length > LIMITS.url) throw invalid("url", `A webhook's URL has at most ${LIMITS.url} characters.`);
  if (description && description.length > LIMITS.description) throw invalid("description", `A description has at most ${LIMITS.description} characters.`);
  if (secret && secret.length > LIMITS.secret) throw invalid("secret", `A secret has at most ${LIMITS.secret} characters.`);
  const events = input.events && [...new Set(input.events)];
  if (events?.length === 0) throw invalid("events", "A webhook needs at least one event.");
  const unknown = events?.find((event) => !(WEBHOOK_EVENTS as readonly string[]).includes(event));
  if (unknown !== undefined) throw invalid("events", `Unknown event ${JSON.stringify(unknown)}. There is: ${WEBHOOK_EVENTS.join(", ")}.`);
  return {
    ...(name ? { name } : {}),
    ...(url ? { url } : {}),
    ...(events ? { events } : {}),
    ...(status ? { status } : {}),
    ...(description === null || description === undefined ? {} : { description }),
  };
}

/** The event of this name, or INVALID. */
export function requireWebhookEvent(event: string): WebhookEvent {
  const found = WEBHOOK_EVENTS.find((known) => known === event);
  if (!found) throw invalid("event", `Unknown event ${JSON.stringify(event)}. There is: ${WEBHOOK_EVENTS.join(", ")}.`);
  return found;
}

function invalid(path: string, message: string): CoreError {
  return new CoreError("INVALID", message, { issues: [{ path, message }] });
}

async function writeDown(tx: Transaction, ctx: CoreContext, row: WebhookRow, action: `registry.webhook.${string}`): Promise<void> {
  await recordAuditEvent(tx, ctx, {
    action,
    subject: { kind: "webhook", id: row.id, name: row.name },
    ...(row.projectId ? { projectId: row.projectId } : {}),
    data: { url: row.url, events: row.events, status: row.status },
  });
  await announce(tx, `webhook:${row.id}`);
}
