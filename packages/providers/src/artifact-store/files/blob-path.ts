import { join } from "node:path";
import { CoreError } from "@trellis/core/kernel/errors.ts";

const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** Where a blob lies below the store's root: `sha256/ab/cdef…`. Throws INVALID for anything but `sha256:<64 hex digits>`. */
export function blobPath(root: string, digest: string): string {
  const hex = DIGEST.exec(digest)?.[1];
  if (hex === undefined) {
    throw new CoreError("INVALID", `${JSON.stringify(digest)} is not a digest. Give sha256: and 64 lower case hexadecimal digits.`);
  }
  return join(root, "sha256", hex.slice(0, 2), hex.slice(2));
}

/** The digest of a file found at `sha256/<shard>/<rest>`, or null when the two names are not one. */
export function digestOfPath(shard: string, rest: string): string | null {
  const digest = `sha256:${shard}${rest}`;
  return shard.length === 2 && DIGEST.test(digest) ? digest : null;
}
