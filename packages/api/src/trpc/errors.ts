import { type ErrorCode, type ErrorIssue, isCoreError } from "@trellis/core/kernel/errors.ts";
import { TRPCError } from "@trpc/server";
import { ZodError } from "zod";

type TrpcCode = TRPCError["code"];

/** The one table from core's refusals to tRPC's codes (and through them to HTTP statuses). */
const TRPC_CODES: Record<ErrorCode, TrpcCode> = {
  INVALID: "BAD_REQUEST",
  UNAUTHENTICATED: "UNAUTHORIZED",
  FORBIDDEN: "FORBIDDEN",
  NOT_FOUND: "NOT_FOUND",
  CONFLICT: "CONFLICT",
  PRECONDITION_FAILED: "PRECONDITION_FAILED",
  TOO_LARGE: "PAYLOAD_TOO_LARGE",
  UNAVAILABLE: "SERVICE_UNAVAILABLE",
};

/** Makes a tRPC error of anything a verb throws; what core did not mean to say stays out of the message. */
export function toTrpcError(error: unknown): TRPCError {
  if (isCoreError(error)) return new TRPCError({ code: TRPC_CODES[error.code], message: error.message, cause: error });
  if (error instanceof ZodError) return new TRPCError({ code: "BAD_REQUEST", message: summarise(zodIssues(error)), cause: error });
  if (error instanceof TRPCError) return error;
  if (isUnstorable(error))
    return new TRPCError({
      code: "BAD_REQUEST",
      message: "A value of this request cannot be what it stands for: no id, number too large, or a character that text cannot hold.",
      cause: error,
    });
  return new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: "The portal failed to do this. It is written down in the portal's log.", cause: error });
}

/**
 * The database's data exceptions that only a value from outside causes: text with NUL (22021), no UUID or number (22P02), out
 * of range (22003, 22008). Schemas catch nearly all before.
 */
const UNSTORABLE = new Set(["22021", "22P02", "22003", "22008"]);

function isUnstorable(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string" && UNSTORABLE.has(cause.code);
}

/** Where the fault lies in the caller's input; empty when that is not what is wrong. */
export function issuesOf(error: TRPCError): ErrorIssue[] {
  if (isCoreError(error.cause)) return error.cause.issues;
  if (error.cause instanceof ZodError) return zodIssues(error.cause);
  return [];
}

/** The sentence for people: of a schema error, which field is wrong and how. */
export function messageOf(error: TRPCError): string {
  return error.cause instanceof ZodError ? summarise(zodIssues(error.cause)) : error.message;
}

function zodIssues(error: ZodError): ErrorIssue[] {
  return error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
}

function summarise(issues: ErrorIssue[]): string {
  const [first, ...rest] = issues;
  if (!first) return "The input is not valid.";
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : "";
  return `${first.path ? `${first.path}: ` : ""}${first.message}${more}`;
}
