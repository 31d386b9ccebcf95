import { type ErrorCode, isCoreError } from "@trellis/core/kernel/errors.ts";
import { toTrpcError } from "../../trpc/errors.ts";

/** HTTP status of each word that the protocol has for an error. */
const STATUSES = {
  BAD_REQUEST: 400,
  INVALID_PARAMETER_VALUE: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  ENDPOINT_NOT_FOUND: 404,
  RESOURCE_DOES_NOT_EXIST: 404,
  INTERNAL_ERROR: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
} as const;

export type ProtocolErrorCode = keyof typeof STATUSES;

/** A refusal in the protocol's words. Endpoints throw it only where no `CoreError` says the same. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;
  readonly status: number;

  constructor(code: ProtocolErrorCode, message: string, options: { /** Where it differs from the code's own. */ status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "ProtocolError";
    this.code = code;
    this.status = options.status ?? STATUSES[code];
  }
}

const CODES: Record<ErrorCode, ProtocolErrorCode> = {
  INVALID: "INVALID_PARAMETER_VALUE",
  UNAUTHENTICATED: "UNAUTHENTICATED",
  FORBIDDEN: "PERMISSION_DENIED",
  NOT_FOUND: "RESOURCE_DOES_NOT_EXIST",
  CONFLICT: "RESOURCE_ALREADY_EXISTS",
  PRECONDITION_FAILED: "INVALID_PARAMETER_VALUE",
  TOO_LARGE: "INVALID_PARAMETER_VALUE",
  UNAVAILABLE: "TEMPORARILY_UNAVAILABLE",
};

/** Two writes that waited for each other (40P01), or met (40001): the same request, sent again, does it. */
const WORTH_A_RETRY = new Set(["40P01", "40001"]);

/**
 * The refusal that a client reads for anything that was thrown. Clients send a request again, for minutes, after a status of
 * 500 and above: only faults of the portal itself get one.
 */
export function toProtocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  if (isCoreError(error)) return new ProtocolError(CODES[error.code], error.message, { cause: error, ...(error.code === "TOO_LARGE" ? { status: 413 } : {}) });
  if (WORTH_A_RETRY.has(databaseCode(error)))
    return new ProtocolError("TEMPORARILY_UNAVAILABLE", "Another write was in the way. Send this again.", { cause: error });
  const mapped = toTrpcError(error);
  return new ProtocolError(mapped.code === "BAD_REQUEST" ? "INVALID_PARAMETER_VALUE" : "INTERNAL_ERROR", mapped.message, { cause: error });
}

function databaseCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null;
  return typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string" ? cause.code : "";
}
