/** The codes of core's errors that this package raises. */
export type DatabaseErrorCode = "INVALID" | "CONFLICT" | "PRECONDITION_FAILED" | "UNAVAILABLE";

/**
 * An error for people, of the same shape as core's (`isCoreError`, `code`, `issues`), which is how doors tell it apart.
 * It is declared here because this package stands below core.
 */
export class DatabaseError extends Error {
  readonly isCoreError = true;
  readonly code: DatabaseErrorCode;
  readonly issues: { message: string }[] = [];

  constructor(code: DatabaseErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "DatabaseError";
    this.code = code;
  }
}
