import { pipelineTrigger } from "@trellis/db/schema";
import { and, eq, gt, isNull } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError, isCoreError } from "../../kernel/errors.ts";
import type { StartedRun } from "../create-run.ts";
import { SigningKeysCapability } from "../ports.ts";
import { fireTrigger } from "./fire-trigger.ts";
import { isSignedWith, webhookSecret } from "./webhook-signature.ts";

export type WebhookMessage = {
  triggerId: string;
  /** Id of the delivery: the sender's own, the same when it sends again. */
  delivery: string;
  /** `sha256=<hex>`. */
  signature: string;
  /** As it came: JSON with `parameters` for the run, or empty. */
  body: string;
};

const DELIVERY = /^[\w.:-]{1,200}$/;
const messageBody = z.object({ parameters: z.record(z.string(), z.unknown()).default({}) });

/**
 * Starts the run that a signed message asks for, once for each delivery id. UNAUTHENTICATED for a wrong signature and for a
 * webhook that does not exist alike; INVALID when the message or its parameters are wrong; CONFLICT while it is paused.
 */
export async function receiveWebhook(ctx: CoreContext, message: WebhookMessage): Promise<StartedRun> {
  if (!DELIVERY.test(message.delivery))
    throw new CoreError(
      "INVALID",
      "Send an id of the delivery in X-Trellis-Delivery: letters, digits and . _ : -, at most 200. The same id never starts a second run.",
    );
  const [row] = z.uuid().safeParse(message.triggerId).success
    ? await ctx.db
        .select({ number: pipelineTrigger.secretNumber })
        .from(pipelineTrigger)
        .where(
          and(
            eq(pipelineTrigger.id, message.triggerId),
            eq(pipelineTrigger.kind, "webhook"),
            isNull(pipelineTrigger.removedAt),
            gt(pipelineTrigger.secretNumber, 0),
          ),
        )
    : [];
  const secret = webhookSecret(ctx.resolve(SigningKeysCapability), message.triggerId, row?.number ?? 0);
  if (!isSignedWith(secret, message) || !row)
    throw new CoreError(
      "UNAUTHENTICATED",
      "There is no such webhook, or X-Trellis-Signature is not sha256= and the HMAC of <delivery>.<body> with its secret.",
    );
  const started = await fireTrigger(ctx, {
    triggerId: message.triggerId,
    key: message.delivery,
    values: {},
    parameters: parametersOf(message.body),
    cause: { delivery: message.delivery, summary: `delivery ${message.delivery}` },
  });
  if (!started) throw new CoreError("CONFLICT", "This webhook is paused; resume it on the project's page.");
  if (isCoreError(started)) throw started;
  return started;
}

function parametersOf(body: string): Record<string, unknown> {
  if (body.trim() === "") return {};
  try {
    return messageBody.parse(JSON.parse(body)).parameters;
  } catch (cause) {
    throw new CoreError("INVALID", 'The message is not JSON of the form {"parameters": {"name": value}}.', { cause });
  }
}
