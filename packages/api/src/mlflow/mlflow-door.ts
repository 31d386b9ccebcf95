import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { PERMISSIONS, roleAtLeast } from "@trellis/core/identity/index.ts";
import { asSystem, type CoreContext } from "@trellis/core/kernel/context.ts";
import type { ChangeFeed } from "../live/change-feed.ts";
import { ENDPOINTS } from "./endpoints.ts";
import { type AuthenticateHeader, Callers } from "./protocol/callers.ts";
import { EndpointTable } from "./protocol/endpoint-table.ts";
import { type Answer, type ProtocolAccess, type ProtocolCall, RawAnswer } from "./protocol/endpoint.ts";
import { ProtocolError, toProtocolError } from "./protocol/protocol-error.ts";
import { readInput } from "./protocol/read-request.ts";
import { type ProtocolRoute, protocolRoute } from "./protocol/route.ts";
import { writeWire } from "./protocol/wire-json.ts";

export type MlflowDoorOptions = {
  core: CoreContext;
  authenticate: AuthenticateHeader;
  /** Tells of runs that changed; without it the token of an ended step works a few seconds longer. */
  changes?: ChangeFeed;
};

export type MlflowDoor = {
  /** Answers a request; false, with nothing done, when its path is none of the protocol's. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
};

/**
 * The door for unmodified MLflow clients, at the portal's address and at `/projects/<slug>/mlflow`. It works on Node's own
 * requests: loops of training log thousands of times a second.
 */
export function createMlflowDoor({ core, authenticate, changes }: MlflowDoorOptions): MlflowDoor {
  const callers = new Callers(core, authenticate);
  changes?.subscribe((topic) => callers.hear(topic));
  const doors: Doors = { core, visitor: asSystem(core, "Visitor"), callers, table: new EndpointTable(ENDPOINTS) };
  return {
    handle(request, response) {
      const route = protocolRoute(request.url ?? "/");
      if (!route) return false;
      void answer(doors, route, request, response);
      return true;
    },
  };
}

type Doors = { core: CoreContext; visitor: CoreContext; callers: Callers; table: EndpointTable };

async function answer(doors: Doors, route: ProtocolRoute, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await send(response, await call(doors, route, request));
  } catch (error) {
    if (response.headersSent || response.destroyed) return void response.destroy();
    const refusal = toProtocolError(error);
    if (refusal.code === "INTERNAL_ERROR") logFault(doors.core, route, refusal.cause);
    // What is left of the body is read, so that the client gets to read this.
    request.resume();
    sendJson(response, refusal.status, writeWire({ error_code: refusal.code, message: refusal.message }), headersOf(refusal));
  }
}

async function call(doors: Doors, route: ProtocolRoute, request: IncomingMessage): Promise<Answer> {
  const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
  const found = find(doors.table, method, route.path);
  const { endpoint } = found;
  const caller = endpoint.access === "public" ? null : await doors.callers.find(request.headers.authorization);
  const ctx = caller?.ctx ?? doors.visitor;
  requireAccess(endpoint.access, caller?.ctx ?? null);
  const scope: ProtocolCall["scope"] = { projectId: caller && route.slug !== null ? await caller.projectId(route.slug) : null };
  // A step is no person: what it makes belongs to its project.
  if (scope.projectId === null && ctx.actor.kind === "attempt") scope.projectId = ctx.actor.projectId;
  const input = await readInput(endpoint, request, route.query, found.parameters);
  return endpoint.run({ ctx, scope, request }, input);
}

function find(table: EndpointTable, method: string, path: string): NonNullable<ReturnType<EndpointTable["find"]>> {
  let found;
  try {
    found = table.find(method, path);
  } catch (error) {
    throw new ProtocolError("BAD_REQUEST", "The path is not well encoded.", { cause: error });
  }
  if (found) return found;
  const methods = table.methodsOf(path);
  const shown = path.slice(0, 200);
  // By this word a client knows an older server, and takes the way that such a one has.
  if (methods.length === 0) throw new ProtocolError("ENDPOINT_NOT_FOUND", `This portal has no ${method} ${shown}.`);
  throw new ProtocolError("ENDPOINT_NOT_FOUND", `${shown} is called by ${methods.join(" or ")}, not by ${method}.`, { status: 405 });
}

function requireAccess(access: ProtocolAccess, ctx: CoreContext | null): void {
  if (access === "public") return;
  if (!ctx)
    throw new ProtocolError("UNAUTHENTICATED", "Send an access token: set MLFLOW_TRACKING_TOKEN, or send it as the password in MLFLOW_TRACKING_PASSWORD.");
  const { actor } = ctx;
  if (access === "signed-in" || actor.kind !== "user" || roleAtLeast(actor.role, PERMISSIONS[access].role)) return;
  const words = (role: string): string => role.replace("_", " ");
  throw new ProtocolError("PERMISSION_DENIED", `This needs the role ${words(PERMISSIONS[access].role)} or higher. You have the role ${words(actor.role)}.`);
}

async function send(response: ServerResponse, answered: Answer): Promise<void> {
  if (!(answered instanceof RawAnswer)) return sendJson(response, 200, writeWire(answered), NO_HEADERS);
  response.writeHead(answered.status, { "x-content-type-options": "nosniff", ...answered.headers });
  if (answered.body instanceof Readable) await pipeline(answered.body, response);
  else response.end(answered.body);
}

const NO_HEADERS: Record<string, string> = {};

function sendJson(response: ServerResponse, status: number, body: string, headers: Record<string, string>): void {
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers });
  response.end(body);
}

function headersOf(refusal: ProtocolError): Record<string, string> {
  if (refusal.status === 401) return { "www-authenticate": 'Basic realm="mlflow"' };
  return refusal.status === 503 ? { "retry-after": "1" } : NO_HEADERS;
}

function logFault(core: CoreContext, { path }: ProtocolRoute, cause: unknown): void {
  core.log.error({ path, error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }, "a request of an MLflow client failed");
}
