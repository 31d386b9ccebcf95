import { asSystem, type CoreContext } from "@trellis/core/kernel/context.ts";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import { receiveWebhook } from "@trellis/core/pipelines/index.ts";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

const MAX_BODY_BYTES = 64 * 1024;

/** Where other programs send the messages that start runs. Who sends one is known by its signature alone. */
export function webhookDoor(core: CoreContext): Hono {
  const door = new Hono();
  const tooLarge = (): never => {
    throw new CoreError("TOO_LARGE", `A message has at most ${MAX_BODY_BYTES} bytes.`);
  };
  door.post("/hooks/:triggerId", bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }), async (c) => {
    const started = await receiveWebhook(asSystem(core, "Webhook"), {
      triggerId: c.req.param("triggerId"),
      delivery: c.req.header("x-trellis-delivery") ?? "",
      signature: c.req.header("x-trellis-signature") ?? "",
      body: await c.req.text(),
    });
    return c.json({ runId: started.runId, number: started.number, created: started.created }, 202);
  });
  return door;
}
