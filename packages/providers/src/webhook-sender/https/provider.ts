import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { request as requestHttp, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { CoreError, isCoreError } from "@trellis/core/kernel/errors.ts";
import type { WebhookRequest, WebhookSender } from "@trellis/core/registry/ports.ts";
import { isPublicAddress } from "./public-address.ts";

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 4 * 1024;

export type WebhookSenderOptions = {
  /** Also http, and addresses of private networks: for portals that nobody outside can give an address to. */
  allowAny: boolean;
};

/**
 * Sends over HTTPS to public addresses only, so that nobody makes the portal call what only it can reach. The address is looked
 * at when the connection is made: a name that means another address by then is refused.
 */
export function createHttpsWebhookSender({ allowAny }: WebhookSenderOptions): WebhookSender {
  const lookupFunction = allowAny ? undefined : lookupPublic;

  async function check(address: string): Promise<void> {
    const { hostname } = webAddress(address, allowAny);
    if (allowAny) return;
    const host = hostname.replace(/^\[|\]$/g, "");
    const addresses = isIP(host) ? [{ address: host }] : await lookup(host, { all: true }).catch(() => null);
    // A name that cannot be looked up now may be known later; it is judged again with every message.
    if (addresses?.some((found) => !isPublicAddress(found.address))) throw notPublic(host);
  }

  return {
    check,
    async send(request, signal) {
      await check(request.url);
      const url = webAddress(request.url, allowAny);
      const options: RequestOptions = {
        method: "POST",
        headers: { ...request.headers, "content-length": Buffer.byteLength(request.body), "user-agent": "Trellis" },
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        agent: false,
        ...(lookupFunction ? { lookup: lookupFunction } : {}),
      };
      try {
        return await post(url, options, request);
      } catch (error) {
        if (isCoreError(error)) throw error;
        throw new CoreError("UNAVAILABLE", `${url.host} did not answer: ${describe(error)}`, { cause: error });
      }
    },
  };
}

function webAddress(text: string, allowAny: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const schemes = allowAny ? ["https:", "http:"] : ["https:"];
  if (!url || !url.hostname || !schemes.includes(url.protocol))
    throw new CoreError(
      "INVALID",
      `Invalid webhook URL: ${JSON.stringify(text)}. It must be an address that begins with ${schemes.map((scheme) => `${scheme}//`).join(" or ")}.`,
    );
  if (url.username || url.password) throw new CoreError("INVALID", "Invalid webhook URL: it cannot hold a user name or password.");
  return url;
}

function notPublic(host: string): CoreError {
  return new CoreError("INVALID", `Invalid webhook URL: ${host} is not a public address. An administrator can allow others by TRELLIS_WEBHOOKS=any.`);
}

/** Name resolution of a connection that gives public addresses or fails. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, []);
    if (addresses.length === 0 || addresses.some(({ address }) => !isPublicAddress(address))) return callback(notPublic(hostname), []);
    if (options.all) return callback(null, addresses);
    const [first] = addresses;
    callback(null, first?.address ?? "", first?.family);
  });
};

function post(url: URL, options: RequestOptions, { body }: WebhookRequest): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === "https:" ? requestHttps : requestHttp)(url, options, (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on("data", (part: Buffer) => {
        parts.push(part);
        size += part.length;
        // The rest is of no interest; a body without end must not be either.
        if (size >= MAX_ANSWER_BYTES) answer.destroy();
      });
      answer.on("close", () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).subarray(0, MAX_ANSWER_BYTES).toString("utf8") }));
      answer.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${TIMEOUT_MS / 1_000} s`;
  return error.message || error.name;
}
