import type { IncomingMessage } from "node:http";
import type { Endpoint } from "./endpoint.ts";
import { describeFault } from "./fields.ts";
import { ProtocolError } from "./protocol-error.ts";
import { parseVerbatim, parseWire } from "./wire-json.ts";

/** Largest JSON body: a batch is below 1 MB, but the profiles of datasets may be large. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Reads and checks what an endpoint takes: from the body, or from the query where there is none; parts of the path win. */
export async function readInput(endpoint: Endpoint, request: IncomingMessage, query: string, parameters: Record<string, string> | null): Promise<unknown> {
  if (endpoint.body === "json" && endpoint.method !== "GET") {
    requireJson(request);
    const body = await readText(request);
    if (body !== "" || endpoint.method !== "DELETE") return readBody(endpoint, body, parameters);
  }
  const sent = { ...fromQuery(query, endpoint.lists), ...parameters };
  return read(endpoint, sent, () => sent);
}

function readBody(endpoint: Endpoint, body: string, parameters: Record<string, string> | null): unknown {
  const sent = parseObject(body, parseWire);
  return read(endpoint, parameters ? { ...sent, ...parameters } : sent, () => ({ ...parseObject(body, parseVerbatim), ...parameters }));
}

function read(endpoint: Endpoint, sent: unknown, verbatim: () => unknown): unknown {
  try {
    return endpoint.read(sent);
  } catch (error) {
    throw describeFault(error, verbatim);
  }
}

/** Some clients send a JSON string that holds the JSON. */
function parseObject(body: string, parse: (text: string) => unknown): object {
  if (body === "") return {};
  let sent: unknown;
  try {
    sent = parse(body);
    if (typeof sent === "string") sent = parse(sent);
  } catch (error) {
    throw new ProtocolError("BAD_REQUEST", `The body is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : "it cannot be read"}.`, {
      cause: error,
    });
  }
  if (typeof sent !== "object" || sent === null || Array.isArray(sent)) throw new ProtocolError("BAD_REQUEST", "The body must be a JSON object.");
  return sent;
}

/** The client sends PATCH and DELETE without saying what the body is. */
function requireJson({ method, headers }: IncomingMessage): void {
  if (method !== "POST" && method !== "PUT") return;
  const type = headers["content-type"];
  if (type?.startsWith("application/json")) return;
  if (type === undefined) throw new ProtocolError("INVALID_PARAMETER_VALUE", "Bad Request. Content-Type header is missing.");
  if (type.split(";", 1)[0]?.trim().toLowerCase() !== "application/json")
    throw new ProtocolError("INVALID_PARAMETER_VALUE", "Bad Request. Content-Type must be application/json.");
}

/** Empty parameters count as absent: clients send `page_token=` with a first page. */
function fromQuery(query: string, lists: ReadonlySet<string>): Record<string, unknown> {
  const sent: Record<string, unknown> = {};
  if (query === "") return sent;
  for (const [name, value] of new URLSearchParams(query)) {
    if (value === "") continue;
    if (!lists.has(name)) sent[name] = value;
    else if (Array.isArray(sent[name])) sent[name].push(value);
    else sent[name] = [value];
  }
  return sent;
}

/** A body that is too large is still read to its end: a client that cannot send on does not read the answer, and tries again. */
function readText(request: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const parts: Buffer[] = [];
  let size = 0;
  request.on("data", (part: Buffer) => {
    size += part.length;
    if (size <= MAX_BODY_BYTES) parts.push(part);
    else parts.length = 0;
  });
  request.once("error", reject);
  request.once("end", () => {
    if (size > MAX_BODY_BYTES)
      reject(new ProtocolError("INVALID_PARAMETER_VALUE", `The body is larger than ${MAX_BODY_BYTES / 1024 / 1024} MB.`, { status: 413 }));
    else resolve(parts.length === 1 ? (parts[0]?.toString("utf8") ?? "") : Buffer.concat(parts).toString("utf8"));
  });
  return promise;
}
