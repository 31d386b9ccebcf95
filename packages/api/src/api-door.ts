import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import type { Auth } from "@trellis/auth";
import { asSystem, type CoreContext } from "@trellis/core/kernel/context.ts";
import { type Context, Hono } from "hono";
import { sameOriginOnly } from "./access/same-origin.ts";
import { addClientPackage } from "./downloads/client-package.ts";
import { downloadsDoor } from "./downloads/downloads-door.ts";
import { eventsDoor } from "./live/events-door.ts";
import { createRestDoor } from "./rest/rest-door.ts";
import type { ApiServices } from "./services.ts";
import { issuesOf, messageOf, toTrpcError } from "./trpc/errors.ts";
import { appRouter } from "./trpc/root.ts";
import type { ApiContext } from "./trpc/trpc.ts";
import { webhookDoor } from "./webhooks/webhook-door.ts";

export type ApiDoorOptions = { core: CoreContext; auth: Auth; services: ApiServices };

/** Makes the context of a request: who sends it, by cookie or token. Throws UNAUTHENTICATED for a bad token. */
export function createContextFactory({ core, auth, services }: ApiDoorOptions): (headers: Headers) => Promise<ApiContext> {
  return async (headers) => {
    const person = await auth.authenticator.actorOf(headers);
    return { core: person ? { ...core, actor: person } : asSystem(core, "Visitor"), services, signedIn: person !== null };
  };
}

/** Everything below `/api`: tRPC for pages, REST for people and programs, sign-in, change notices, logs and downloads. */
export function createApiDoor(options: ApiDoorOptions): Hono {
  const { auth, services } = options;
  const contextOf = createContextFactory(options);
  const door = new Hono().basePath("/api");
  door.use(sameOriginOnly);
  door.onError((error, c) => refuse(c, error, options.core));
  door.all("/auth/*", (c) => auth.handle(c.req.raw));
  door.all("/trpc/*", (c) =>
    fetchRequestHandler({
      endpoint: "/api/trpc",
      req: c.req.raw,
      router: appRouter,
      createContext: () => contextOf(c.req.raw.headers).catch((error: unknown) => Promise.reject(toTrpcError(error))),
      allowMethodOverride: false,
    }),
  );
  door.get("/events", async (c) => {
    const { core, signedIn } = await contextOf(c.req.raw.headers);
    if (!signedIn || core.actor.kind !== "user") return c.json({ error: { code: "UNAUTHORIZED", message: "Sign in first.", issues: [] } }, 401);
    return eventsDoor(c, services.changes, core.actor.userId);
  });
  addClientPackage(door, services);
  door.route("/v1", downloadsDoor(contextOf));
  door.route("/v1", webhookDoor(options.core));
  door.route(
    "/v1",
    createRestDoor((request) => contextOf(request.headers), services.about.version),
  );
  return door;
}

function refuse(c: Context, error: unknown, core: CoreContext): Response {
  const mapped = toTrpcError(error);
  if (mapped.code === "INTERNAL_SERVER_ERROR")
    core.log.error({ path: c.req.path, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, "request failed");
  return Response.json({ error: { code: mapped.code, message: messageOf(mapped), issues: issuesOf(mapped) } }, { status: getHTTPStatusCodeFromError(mapped) });
}
