import { projectFileJsonSchema } from "@trellis/core/pipelines/index.ts";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { type Context, Hono } from "hono";
import type { AppRouter } from "../trpc/root.ts";
import { appRouter } from "../trpc/root.ts";
import { issuesOf, messageOf, toTrpcError } from "../trpc/errors.ts";
import { type ApiContext, createCallerFactory } from "../trpc/trpc.ts";
import { openApiDocument } from "./openapi-document.ts";
import { restInput } from "./rest-input.ts";
import { type RestOperation, restOperations } from "./rest-operations.ts";

const MAX_BODY_BYTES = 5 * 1024 * 1024;

/**
 * The REST door, mounted below `/api/v1`: the same procedures as tRPC under paths and methods, with plain JSON. Errors are
 * `{ error: { code, message, issues } }`. `GET /openapi.json` describes it;
 * `GET /trellis.schema.json` is the schema of `trellis.yaml` for editors.
 */
export function createRestDoor(contextOf: (request: Request) => Promise<ApiContext>, version: string): Hono {
  const door = new Hono();
  const operations = restOperations(appRouter);
  door.get("/trellis.schema.json", (c) => c.json(projectFileJsonSchema()));
  door.get("/openapi.json", (c) => c.json(openApiDocument(operations, version)));
  for (const operation of operations) {
    door.on(operation.route.method, operation.route.path.replaceAll(/\{(\w+)\}/g, ":$1"), (c) => answer(c, operation, contextOf));
  }
  // Not by `notFound`, which a mounted part never hears.
  door.all("*", (c) =>
    c.json({ error: { code: "NOT_FOUND", message: `There is no ${c.req.method} ${c.req.path}. See /api/v1/openapi.json.`, issues: [] } }, 404),
  );
  return door;
}

const createCaller = createCallerFactory(appRouter);

async function answer(c: Context, operation: RestOperation, contextOf: (request: Request) => Promise<ApiContext>): Promise<Response> {
  try {
    const caller = createCaller(await contextOf(c.req.raw));
    const input = restInput(operation.input, c.req.param(), new URL(c.req.url).searchParams, await bodyOf(c));
    const result = await procedureIn(caller, operation.name)(input);
    return c.json(result ?? {});
  } catch (error) {
    const mapped = error instanceof TRPCError ? error : toTrpcError(error);
    const body = { error: { code: mapped.code, message: messageOf(mapped), issues: issuesOf(mapped) } };
    return Response.json(body, { status: getHTTPStatusCodeFromError(mapped) });
  }
}

async function bodyOf(c: Context): Promise<unknown> {
  if (c.req.method === "GET" || c.req.method === "DELETE") return undefined;
  const text = await c.req.text();
  if (text.length > MAX_BODY_BYTES) throw new TRPCError({ code: "PAYLOAD_TOO_LARGE", message: "The body is larger than 5 MB." });
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TRPCError({ code: "BAD_REQUEST", message: `The body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}` });
  }
}

/** The caller is a tree of functions by the procedure's dotted name; the name comes from the same router. */
function procedureIn(
  caller: ReturnType<ReturnType<typeof createCallerFactory<AppRouter["_def"]["record"]>>>,
  name: string,
): (input: unknown) => Promise<unknown> {
  let node: unknown = caller;
  for (const part of name.split(".")) node = (node as Record<string, unknown>)[part];
  return node as (input: unknown) => Promise<unknown>;
}
