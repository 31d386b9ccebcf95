import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { KeyedLock } from "@trellis/core/kernel/keyed-lock.ts";
import { blobPlace } from "@trellis/core/tracking/domain/blob-place.ts";
import type { StoredBlob } from "@trellis/core/tracking/ports.ts";

const PART_BYTES = 1024 * 1024;

/**
 * Streams content to a temporary file while hashing it, makes it durable and moves it to its digest's place in one step.
 * A file at a digest's place is therefore always whole. Memory use does not depend on the size.
 */
export async function storeBlob(root: string, content: Readable, lock: KeyedLock): Promise<StoredBlob> {
  const temporary = join(root, "incoming", randomUUID());
  try {
    const stored = await writeHashed(temporary, content);
    const place = join(root, blobPlace(stored.digest));
    await mkdir(dirname(place), { recursive: true });
    // Also when the blob is there already: the bytes are the same, and the new file's time tells a delete that they are wanted.
    await lock.run(stored.digest, () => rename(temporary, place));
    await syncFolder(dirname(place));
    return stored;
  } catch (error) {
    await rm(temporary, { force: true });
    throw asStorageError(error);
  }
}

async function writeHashed(path: string, content: Readable): Promise<StoredBlob> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const file = await open(path, "wx", 0o444);
  try {
    for await (const bytes of inLargeParts(content)) {
      hash.update(bytes);
      sizeBytes += bytes.length;
      await file.writeFile(bytes);
    }
    // By the portal's own clock; that of the file system lags by some milliseconds.
    const now = new Date();
    await file.utimes(now, now);
    await file.sync();
  } finally {
    await file.close();
  }
  return { digest: `sha256:${hash.digest("hex")}`, sizeBytes };
}

/** A socket gives 64 KiB at a time; a write costs about as much for sixteen times that. */
async function* inLargeParts(content: Readable): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of content) {
    const bytes: Buffer = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    parts.push(bytes);
    size += bytes.length;
    if (size < PART_BYTES) continue;
    yield Buffer.concat(parts, size);
    parts = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(parts, size);
}

/** Makes a rename durable: without it a power cut may forget the new name although the bytes are on disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function asStorageError(error: unknown): unknown {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new CoreError("UNAVAILABLE", "The artifact store has no space left. Free space in the data folder, then try again.", { cause: error });
}
