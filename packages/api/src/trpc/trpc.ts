import { type Permission, PERMISSIONS, roleAtLeast } from "@trellis/core/identity/index.ts";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import type { ApiServices } from "../services.ts";
import { issuesOf, messageOf, toTrpcError } from "./errors.ts";

/** Who may call a procedure: everybody, every signed-in person, or people with a permission. */
export type Access = "public" | "signed-in" | Permission;

/** The same procedure at the REST door: method and path below `/api/v1`, with `{name}` for parameters of the path. */
export type RestRoute = { method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"; path: `/${string}` };

export type ProcedureMeta = { access: Access; rest?: RestRoute; /** One line for the API document. */ summary?: string };

export type ApiContext = {
  /** Context of the person; of nobody at public procedures (then its actor is the system's visitor). */
  core: CoreContext;
  services: ApiServices;
  signedIn: boolean;
};

const t = initTRPC
  .context<ApiContext>()
  .meta<ProcedureMeta>()
  .create({
    transformer: superjson,
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      message: messageOf(error),
      data: { code: shape.data.code, httpStatus: shape.data.httpStatus, issues: issuesOf(error) },
    }),
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

const mapErrors = t.middleware(async ({ next, ctx, path }) => {
  const result = await next();
  if (result.ok) return result;
  const error = toTrpcError(result.error.cause ?? result.error);
  if (error.code === "INTERNAL_SERVER_ERROR") {
    const cause = error.cause;
    ctx.core.log.error({ path, error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }, "procedure failed");
  }
  throw error;
});

const checkAccess = t.middleware(({ next, ctx, meta }) => {
  const access = meta?.access;
  if (access === undefined) throw new TRPCError({ code: "FORBIDDEN", message: "This procedure does not say who may call it." });
  if (access === "public") return next();
  const { actor } = ctx.core;
  if (!ctx.signedIn || actor.kind !== "user") throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
  if (access !== "signed-in" && !roleAtLeast(actor.role, PERMISSIONS[access].role)) {
    throw new TRPCError({
      code: "FORBIDDEN",
      message: `This needs the role ${PERMISSIONS[access].role.replace("_", " ")} or higher. You have the role ${actor.role.replace("_", " ")}.`,
    });
  }
  return next();
});

/**
 * Starts a procedure by saying who may call it, and where it stands at the REST door. Rights over one project are checked
 * by the verb itself, which knows the project.
 */
export function procedure(access: Access, rest?: `${RestRoute["method"]} /${string}`, summary?: string) {
  const [method, path] = rest?.split(" ") ?? [];
  const route = method && path ? { method: method as RestRoute["method"], path: path as RestRoute["path"] } : undefined;
  return t.procedure
    .meta({ access, ...(route ? { rest: route } : {}), ...(summary ? { summary } : {}) })
    .use(mapErrors)
    .use(checkAccess);
}
