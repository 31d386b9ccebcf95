import { CoreError } from "../../kernel/errors.ts";
import type { SecretBox, WebhookRequest, WebhookSender } from "../ports.ts";

/** Keeps what was sent; answers as the test says. */
export class FakeWebhookSender implements WebhookSender {
  readonly sent: WebhookRequest[] = [];
  answer: () => { status: number; body: string } = () => ({ status: 200, body: "thanks" });

  async check(url: string) {
    if (!url.startsWith("https://")) throw new CoreError("INVALID", `Invalid webhook URL: ${url}`);
  }

  async send(request: WebhookRequest) {
    this.sent.push(request);
    return this.answer();
  }
}

/** Turns text around: what a test reads in a table is not the secret. */
export const fakeSecretBox: SecretBox = {
  seal: (secret) => [...secret].toReversed().join(""),
  open: (sealed) => [...sealed].toReversed().join(""),
};
