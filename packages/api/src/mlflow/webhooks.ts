import { createWebhook, deleteWebhook, getWebhook, listWebhooks, testWebhook, updateWebhook, type Webhook } from "@trellis/core/registry/index.ts";
import { enumeration } from "./protocol/common-fields.ts";
import { type Endpoint, endpoint } from "./protocol/endpoint.ts";
import { integer, list, mapped, optional, orElse, pageToken, type Reader, record, required, text } from "./protocol/fields.ts";
import { wireInteger, wireList } from "./protocol/wire-json.ts";

const status = enumeration("ACTIVE", "DISABLED");

/** `{entity: "MODEL_VERSION", action: "CREATED"}` is the event `model_version.created`. */
const event: Reader<string> = mapped(
  record({ entity: required(text), action: required(text) }),
  ({ entity, action }) => `${entity.toLowerCase()}.${action.toLowerCase()}`,
);

const ID = { webhookId: required(text) };

/** Webhooks of the registry: who is told of what happens to models and prompts. */
export const WEBHOOK_ENDPOINTS: Endpoint[] = [
  endpoint({
    at: "POST /mlflow/webhooks",
    access: "project.write",
    fields: {
      name: required(text),
      url: required(text),
      events: required(list(event)),
      secret: optional(text),
      status: optional(status),
      description: optional(text),
    },
    run: async ({ ctx, scope }, input) => ({ webhook: wireWebhook(await createWebhook(ctx, { scope, ...input })) }),
  }),
  endpoint({
    at: "GET /mlflow/webhooks",
    access: "project.write",
    fields: { maxResults: optional(integer), pageToken: orElse(pageToken, null) },
    run: async ({ ctx, scope }, input) => {
      const found = await listWebhooks(ctx, { scope, ...input });
      return { webhooks: wireList(found.webhooks, wireWebhook), next_page_token: found.nextPageToken ?? undefined };
    },
  }),
  endpoint({
    at: "GET /mlflow/webhooks/{webhook_id}",
    access: "project.write",
    fields: ID,
    run: async ({ ctx }, { webhookId }) => ({ webhook: wireWebhook(await getWebhook(ctx, { id: webhookId })) }),
  }),
  endpoint({
    at: "PATCH /mlflow/webhooks/{webhook_id}",
    access: "project.write",
    fields: {
      ...ID,
      name: optional(text),
      url: optional(text),
      events: orElse(list(event), []),
      secret: optional(text),
      status: optional(status),
      description: optional(text),
    },
    run: async ({ ctx }, { webhookId, name, url, events, ...input }) => ({
      webhook: wireWebhook(
        // An empty list is how clients leave the events as they are.
        await updateWebhook(ctx, { id: webhookId, ...input, ...(name ? { name } : {}), ...(url ? { url } : {}), ...(events.length > 0 ? { events } : {}) }),
      ),
    }),
  }),
  endpoint({
    at: "DELETE /mlflow/webhooks/{webhook_id}",
    access: "project.write",
    fields: ID,
    run: async ({ ctx }, { webhookId }) => {
      await deleteWebhook(ctx, { id: webhookId });
      return {};
    },
  }),
  endpoint({
    at: "POST /mlflow/webhooks/{webhook_id}/test",
    access: "project.write",
    fields: { ...ID, event: optional(event) },
    run: async ({ ctx }, { webhookId, event: named }) => {
      const result = await testWebhook(ctx, { id: webhookId, event: named });
      return {
        result: {
          success: result.success,
          response_status: result.responseStatus ?? undefined,
          response_body: result.responseBody || undefined,
          error_message: result.error || undefined,
        },
      };
    },
  }),
];

function wireWebhook(webhook: Webhook): object {
  return {
    webhook_id: webhook.id,
    name: webhook.name,
    description: webhook.description ?? undefined,
    url: webhook.url,
    events: webhook.events.map((name) => {
      const [entity = "", action = ""] = name.split(".");
      return { entity: entity.toUpperCase(), action: action.toUpperCase() };
    }),
    status: webhook.status,
    creation_timestamp: wireInteger(webhook.createdAt.getTime()),
    last_updated_timestamp: wireInteger(webhook.updatedAt.getTime()),
  };
}
