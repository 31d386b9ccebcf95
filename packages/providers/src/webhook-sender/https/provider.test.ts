import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHttpsWebhookSender } from "./provider.ts";

let server: Server;
let url: string;
let answer: (request: IncomingMessage) => { status: number; body: string };
const received: { headers: IncomingMessage["headers"]; body: string }[] = [];

beforeEach(async () => {
  received.length = 0;
  answer = () => ({ status: 200, body: "thanks" });
  server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers, body });
      const { status, body: reply } = answer(request);
      response.writeHead(status, { location: "http://127.0.0.1:1/" }).end(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const signal = new AbortController().signal;
const strict = createHttpsWebhookSender({ allowAny: false });
const open = createHttpsWebhookSender({ allowAny: true });
const message = { headers: { "content-type": "application/json", "X-MLflow-Delivery-Id": "1" }, body: '{"a":"é"}' };

describe("the webhook sender", () => {
  it("posts the body with its headers and gives the answer, whatever its status", async () => {
    expect(await open.send({ url, ...message }, signal)).toEqual({ status: 200, body: "thanks" });
    expect(received[0]).toMatchObject({ body: message.body, headers: { "x-mlflow-delivery-id": "1", "content-type": "application/json" } });
    answer = () => ({ status: 503, body: "" });
    expect((await open.send({ url, ...message }, signal)).status).toBe(503);
  });

  it("follows no redirect and reads no long answer", async () => {
    answer = () => ({ status: 302, body: "x".repeat(100_000) });
    const { status, body } = await open.send({ url, ...message }, signal);
    expect([status, body.length]).toEqual([302, 4096]);
    expect(received).toHaveLength(1);
  });

  it("says that nothing answers", async () => {
    await expect(open.send({ url: "http://127.0.0.1:1/", ...message }, signal)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it.each(["http://example.org/", "ftp://example.org/", "https://", "nonsense", "https://user:secret@example.org/"])("refuses %s", async (address) => {
    await expect(strict.check(address)).rejects.toMatchObject({ code: "INVALID" });
  });

  it.each([
    "https://127.0.0.1/",
    "https://localhost/",
    "https://[::1]/",
    "https://169.254.169.254/latest",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::ffff:10.0.0.1]/",
  ])("calls nothing at %s", async (address) => {
    await expect(strict.check(address)).rejects.toMatchObject({ code: "INVALID", message: expect.stringContaining("not a public address") as string });
    await expect(strict.send({ url: address, ...message }, signal)).rejects.toMatchObject({ code: "INVALID" });
  });
});
