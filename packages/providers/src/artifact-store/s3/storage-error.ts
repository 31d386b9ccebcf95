import { CoreError, isCoreError } from "@trellis/core/kernel/errors.ts";

/** The HTTP status with which the server refused; null when it did not answer. */
export function statusOf(error: unknown): number | null {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return null;
  const metadata = error.$metadata as { httpStatusCode?: number };
  return metadata.httpStatusCode ?? null;
}

/** UNAVAILABLE in words for people: a bucket that refuses or does not answer is no fault of the person who asked. */
export function storageError(bucket: string, error: unknown): unknown {
  if (isCoreError(error)) return error;
  const name = error instanceof Error ? error.name : "unknown fault";
  const status = statusOf(error);
  const answer = status === null ? `could not be reached (${name})` : `refused with ${status} ${name}`;
  return new CoreError("UNAVAILABLE", `The bucket ${bucket} of the artifact store ${answer}. Try again; if it stays so, its settings or rights are wrong.`, {
    cause: error,
  });
}
