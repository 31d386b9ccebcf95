import { createHmac, timingSafeEqual } from "node:crypto";
import type { SigningKeys } from "../ports.ts";

/** The secret of a webhook. It is not stored: it follows from the portal's own secret, the trigger and the count of its secrets. */
export function webhookSecret(keys: SigningKeys, triggerId: string, secretNumber: number): string {
  return `trellis_hook_${keys.derive(`webhook:${triggerId}:${secretNumber}`).toString("base64url")}`;
}

/** HMAC-SHA256 over `<delivery>.<body>`, as `sha256=<hex>`: the delivery's id is signed too, so a message cannot be sent again under another. */
export function signWebhook(secret: string, delivery: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(`${delivery}.${body}`).digest("hex")}`;
}

/** True when the signature is that of the message; takes equally long whatever is wrong with it. */
export function isSignedWith(secret: string, message: { delivery: string; body: string; signature: string }): boolean {
  const expected = Buffer.from(signWebhook(secret, message.delivery, message.body));
  const given = Buffer.from(message.signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
