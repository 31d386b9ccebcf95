/** What kind of refusal an error is; doors map each code to their own protocol once. */
export type ErrorCode = "INVALID" | "UNAUTHENTICATED" | "FORBIDDEN" | "NOT_FOUND" | "CONFLICT" | "PRECONDITION_FAILED" | "TOO_LARGE" | "UNAVAILABLE";

/** Where in the caller's input the fault lies. Lines and columns count from 1. */
export type ErrorIssue = {
  /** Dotted field path, e.g. `pipelines.train.steps.prepare.run`. */
  path?: string;
  file?: string;
  line?: number;
  column?: number;
  message: string;
};

/**
 * The one error type that core throws on purpose. The message is written for the person who caused it: what was wrong,
 * where, what to do. Anything else that is thrown is a fault of the portal and never reaches a user verbatim.
 * Told apart by `code` and `isCoreError`, not by `instanceof`: the module may be loaded twice in one process.
 */
export class CoreError extends Error {
  readonly isCoreError = true;
  readonly code: ErrorCode;
  readonly issues: ErrorIssue[];

  constructor(code: ErrorCode, message: string, options: { issues?: ErrorIssue[]; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "CoreError";
    this.code = code;
    this.issues = options.issues ?? [];
  }
}

/** True for a `CoreError`, also one from another copy of this module. */
export function isCoreError(error: unknown): error is CoreError {
  return typeof error === "object" && error !== null && "isCoreError" in error && error.isCoreError === true;
}

/** Builds the NOT_FOUND error of a named thing: `Run 12 of project flights was not found.` */
export function notFound(kind: string, name: string | number): CoreError {
  return new CoreError("NOT_FOUND", `${kind} ${name} was not found.`);
}
