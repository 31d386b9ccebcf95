import type { Actor, CoreContext } from "@trellis/core/kernel/context.ts";
import { isCoreError } from "@trellis/core/kernel/errors.ts";
import { modelMetadata, serverMetadata } from "@trellis/core/serving/domain/open-inference.ts";
import { parseServePath, type ServeOperation } from "@trellis/core/serving/domain/route.ts";
import { type InferenceLog, resolveRoute, type Route } from "@trellis/core/serving/index.ts";
import { Hono } from "hono";
import { type Dialect, emptyAnswer, errorAnswer, jsonAnswer, textAnswer } from "./answers.ts";
import { type Authenticate, type Caller, CallerCache } from "./caller-cache.ts";
import { notReady, Predictor } from "./predict.ts";
import { RouteTable } from "./route-table.ts";

export type GatewayOptions = {
  /** Acting as the platform: callers are checked by `authenticate`. */
  context: CoreContext;
  authenticate: Authenticate;
  inferenceLog: InferenceLog;
  /** Calls back with every topic that is announced, and with `*` after announcements may have been missed; returns how to stop. */
  changes: (callback: (topic: string) => void) => () => void;
  /** Finds the route of a deployment; the database's by default. */
  resolve?: (deploymentName: string) => Promise<Route | null>;
  /** Requests of one deployment at the same time; more are refused with 503. */
  maxConcurrent?: number;
  /** Longest that a prediction may take. */
  timeoutMs?: number;
  /** Version of the portal, for server metadata. */
  version?: string;
};

export type Gateway = { /** Answers everything below `/serve`. */ app: Hono; stop(): void };

/**
 * The door of predictions: Open Inference Protocol and MLflow's scoring protocol, a token on every request. No request asks
 * the database: routes and callers are remembered, and what was answered is logged afterwards.
 */
export function createGateway(options: GatewayOptions): Gateway {
  const { context } = options;
  const now = (): number => context.now().getTime();
  const routes = new RouteTable({ resolve: options.resolve ?? ((name) => resolveRoute(context, name)), now });
  const callers = new CallerCache({ authenticate: options.authenticate, now });
  const predictor = new Predictor({
    context,
    routes,
    inferenceLog: options.inferenceLog,
    maxConcurrent: options.maxConcurrent ?? 64,
    timeoutMs: options.timeoutMs ?? 30_000,
  });
  const stop = options.changes((topic) => routes.hear(topic));
  const app = new Hono();
  app.all("/serve/*", async (c) => {
    try {
      return await serve(c.req.raw, { routes, callers, predictor, version: options.version ?? "0.1.0" });
    } catch (error) {
      context.log.error({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, "a request to a deployment failed");
      return errorAnswer("open-inference", 500, "The request failed inside the portal. Its log says why.");
    }
  });
  return { app, stop };
}

type Doors = { routes: RouteTable; callers: CallerCache; predictor: Predictor; version: string };

async function serve(request: Request, doors: Doors): Promise<Response> {
  const path = pathOf(request.url);
  const dialect: Dialect = /\/(?:invocations|ping|health|version)\/?$/.test(path) && !path.includes("/v2/") ? "mlflow" : "open-inference";
  const caller = await findCaller(doors.callers, request);
  if ("refusal" in caller) return errorAnswer(dialect, 401, caller.refusal, { "www-authenticate": 'Bearer realm="trellis"' });
  const parsed = parseServePath(path);
  if (!parsed) return errorAnswer(dialect, 404, `Nothing answers at ${path.slice(0, 200)}. A deployment has /v2, /v2/models/<model>/infer and /invocations.`);
  const route = await doors.routes.get(parsed.deployment);
  if (!route || !(await caller.mayRead(route.projectId))) return errorAnswer(dialect, 404, `Deployment ${parsed.deployment.slice(0, 100)} was not found.`);
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (method !== parsed.method) return errorAnswer(dialect, 405, `Use ${parsed.method} here.`, { allow: parsed.method === "GET" ? "GET, HEAD" : "POST" });
  return answer(parsed.operation, route, request, dialect, doors, caller.actor);
}

/** Who calls, or why that is not known, in the words of whoever checked the token. */
async function findCaller(callers: CallerCache, request: Request): Promise<Caller | { refusal: string }> {
  try {
    const caller = await callers.find(request.headers.get("authorization") ?? undefined);
    return caller ?? { refusal: "Send an access token: Authorization: Bearer <token>. It is missing, wrong, expired or revoked." };
  } catch (error) {
    if (isCoreError(error) && error.code === "UNAUTHENTICATED") return { refusal: error.message };
    throw error;
  }
}

async function answer(operation: ServeOperation, route: Route, request: Request, dialect: Dialect, doors: Doors, actor: Actor): Promise<Response> {
  switch (operation.kind) {
    case "server-metadata":
      return jsonAnswer(200, serverMetadata(doors.version));
    case "live":
      return emptyAnswer(200);
    case "ready":
      return route.live ? emptyAnswer(200) : notReady(route, dialect);
    case "ping":
      return route.live ? textAnswer(200, "\n") : notReady(route, dialect);
    case "version":
      return textAnswer(200, doors.version);
    case "model-metadata":
      return (
        otherModel(operation, route) ??
        (route.live
          ? jsonAnswer(200, modelMetadata({ name: route.modelName, version: route.live.version, platform: route.framework }, route.live.signature))
          : notReady(route, dialect))
      );
    case "model-ready":
      return otherModel(operation, route) ?? (route.live ? emptyAnswer(200) : notReady(route, dialect));
    case "infer":
      return otherModel(operation, route) ?? doors.predictor.answer(route, request, dialect, actor);
    case "invocations":
      return doors.predictor.answer(route, request, dialect, actor);
  }
}

/** 404 when the path names another model, or another version than the one that answers. */
function otherModel({ model, version }: { model: string; version: string | null }, route: Route): Response | null {
  if (model !== route.modelName)
    return errorAnswer("open-inference", 404, `${route.deploymentName} serves the model ${route.modelName}, not ${model.slice(0, 100)}.`);
  if (version !== null && route.live && version !== String(route.live.version)) {
    return errorAnswer("open-inference", 404, `Version ${route.live.version} of ${route.modelName} answers, not ${version.slice(0, 20)}.`);
  }
  return null;
}

/** The path of an absolute address without parsing all of it. */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.slice(start).search(/[?#]/);
  return start < 0 ? "/" : end < 0 ? url.slice(start) : url.slice(start, start + end);
}
