import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { StaticFiles } from "./static-files.ts";

type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

/** Who answers what. Machine traffic never passes through Next, which only renders pages. */
export type Doors = {
  /** MLflow's paths: `/api/2.0/…`, `/projects/<slug>/mlflow/…` and so on; false when the address is not one of its own. */
  mlflow: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** `/api/…` */
  api: Hono;
  /** `/git/…`; false when the address is not one of its own. */
  git: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  /** `/serve/…` */
  serve: Hono;
  /** Files that the build has compressed; false when it is not one of them. */
  staticFiles: StaticFiles;
  /** Everything else. */
  pages: NodeHandler;
  /** Whether everything that the portal needs answers. */
  ready: () => Promise<{ ready: boolean; checks: Record<string, string> }>;
};

/** Sent with every answer that a browser could show as a page. */
const SAFETY_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "x-frame-options": "DENY",
  "content-security-policy": "frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'",
};

/** Training code logs every few seconds: its connection should still be there then, and not end while it sends. */
const KEEP_ALIVE_MS = 75_000;

/** The one port of the portal: dispatches by path to the doors. */
export function createHttpServer(doors: Doors): Server {
  const api = getRequestListener(doors.api.fetch, { overrideGlobalObjects: false });
  const serve = getRequestListener(doors.serve.fetch, { overrideGlobalObjects: false });
  // Pushes and uploads may take long; their doors have limits of their own.
  return createServer({ requestTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    if (path === "/healthz") return void answerText(response, 200, "ok");
    if (path === "/readyz") return void answerReady(response, doors);
    if (doors.mlflow(request, response)) return;
    if (path.startsWith("/api/")) return void api(request, response);
    if (path.startsWith("/serve/")) return void serve(request, response);
    if (path.startsWith("/git/")) return void answerGit(request, response, doors);
    for (const [name, value] of Object.entries(SAFETY_HEADERS)) response.setHeader(name, value);
    if (!doors.staticFiles(request, response)) void doors.pages(request, response);
  });
}

async function answerReady(response: ServerResponse, doors: Doors): Promise<void> {
  const { ready, checks } = await doors.ready();
  response.writeHead(ready ? 200 : 503, { "content-type": "application/json" });
  response.end(JSON.stringify({ ready, checks }));
}

async function answerGit(request: IncomingMessage, response: ServerResponse, doors: Doors): Promise<void> {
  if (!(await doors.git(request, response))) answerText(response, 404, "There is no such repository address.");
}

function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}
