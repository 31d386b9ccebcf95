import { registeredModel, webhookDelivery } from "@trellis/db/schema";
import { eq, sql } from "drizzle-orm";
import { enqueueJob } from "../../jobs/index.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import { PROMPT_TAG, type RegistryFact, webhookBody, webhookMessage } from "../domain/webhook-events.ts";
import { deliverWebhookJob } from "../jobs.ts";

/**
 * Writes down a message for every webhook that asked to hear of this fact and whose owner may see the model's project now, in
 * the transaction of the fact itself.
 */
export async function tellWebhooks(tx: Transaction, ctx: CoreContext, modelId: string, fact: RegistryFact): Promise<void> {
  const { rows } = await tx.execute<{ id: string; events: string[] }>(sql`
    select w.id, w.events from registered_model m join project p on p.id = m.project_id
    join registry_webhook w on w.status = 'ACTIVE' and (w.project_id is null or w.project_id = m.project_id)
    join "user" u on u.id = w.owner_id and u.disabled_at is null
    where m.id = ${modelId} and (u.role = 'admin' or p.visibility = 'internal'
      or exists (select from project_member pm where pm.project_id = p.id and pm.user_id = u.id))`);
  if (rows.length === 0) return;
  const [model] = await tx.select({ name: registeredModel.name, tags: registeredModel.tags }).from(registeredModel).where(eq(registeredModel.id, modelId));
  const message = model ? webhookMessage({ name: model.name, isPrompt: model.tags[PROMPT_TAG] === "true" }, fact) : null;
  if (!message) return;
  const body = webhookBody(message, ctx.now());
  for (const webhook of rows.filter((row) => row.events.includes(message.event))) {
    const deliveryId = ctx.newId();
    await tx.insert(webhookDelivery).values({ id: deliveryId, webhookId: webhook.id, event: message.event, body, createdAt: ctx.now() });
    await enqueueJob(tx, deliverWebhookJob, { deliveryId });
  }
}
