import { CoreError } from "../../kernel/errors.ts";

const PLACE = /^sha256\/([0-9a-f]{2})\/([0-9a-f]{62})$/;
const DIGEST = /^sha256:([0-9a-f]{2})([0-9a-f]{62})$/;

/** Where a store lays the blob of a digest: `sha256/ab/cdef…`. INVALID for anything but `sha256:<64 hex digits>`. */
export function blobPlace(digest: string): string {
  const [, shard, rest] = DIGEST.exec(digest) ?? [];
  if (shard === undefined) {
    throw new CoreError("INVALID", `${JSON.stringify(digest)} is not a digest. Give sha256: and 64 lower case hexadecimal digits.`);
  }
  return `sha256/${shard}/${rest}`;
}

/** The digest of what lies at a place, or null when the place is none of a blob. */
export function digestOfPlace(place: string): string | null {
  const [, shard, rest] = PLACE.exec(place) ?? [];
  return shard === undefined ? null : `sha256:${shard}${rest}`;
}

/** INVALID when these are not bytes of a blob of this size; the end may lie behind it. */
export function assertByteRange(range: { start: number; end: number }, sizeBytes: number): void {
  const { start, end } = range;
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end && start < sizeBytes;
  if (!isRange) throw new CoreError("INVALID", `Bytes ${start} to ${end} are not a range of an artifact of ${sizeBytes} bytes.`);
}
