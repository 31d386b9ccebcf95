import { z } from "zod";
import { defineJob } from "../jobs/index.ts";

/** How often a message to a webhook is sent, the first time included; the pauses between double from one second. */
export const MAX_DELIVERY_ATTEMPTS = 8;

/** Send a message to a webhook. */
export const deliverWebhookJob = defineJob({
  name: "registry.deliver-webhook",
  schema: z.object({ deliveryId: z.uuid() }),
  retryLimit: MAX_DELIVERY_ATTEMPTS - 1,
});
