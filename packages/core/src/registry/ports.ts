import { defineCapability } from "../kernel/capability.ts";

/** Keeps short secrets so that who reads the database alone cannot read them. */
export type SecretBox = {
  /** Sealed text, safe to store; sealing twice gives two texts. */
  seal(secret: string): string;
  /** The secret again; PRECONDITION_FAILED when it was sealed with another key or changed since. */
  open(sealed: string): string;
};

export const SecretBoxCapability = defineCapability<SecretBox>("secret-box");

export type WebhookRequest = { url: string; headers: Record<string, string>; body: string };

/** Sends messages to addresses that people chose. */
export type WebhookSender = {
  /** Refuses, with INVALID, an address that is no web address or that must not be called (by default: not https, or not public). */
  check(url: string): Promise<void>;
  /**
   * Posts the body. Redirects are not followed. INVALID when the address must not be called; UNAVAILABLE when nothing answers in
   * time. `body` of the answer is cut to a few kilobytes.
   */
  send(request: WebhookRequest, signal: AbortSignal): Promise<{ status: number; body: string }>;
};

export const WebhookSenderCapability = defineCapability<WebhookSender>("webhook-sender");
