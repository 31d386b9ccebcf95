import { mkdir, open, opendir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { CoreError, notFound } from "@trellis/core/kernel/errors.ts";
import { KeyedLock } from "@trellis/core/kernel/keyed-lock.ts";
import { assertByteRange, blobPlace, digestOfPlace } from "@trellis/core/tracking/domain/blob-place.ts";
import type { ArtifactStore, ListedBlob } from "@trellis/core/tracking/ports.ts";
import { storeBlob } from "./store-blob.ts";

/** Read at a time: with Node's 64 KiB a large file takes twice as long. */
const READ_BYTES = 1024 * 1024;
const LEFTOVER_AGE_MS = 24 * 60 * 60 * 1000;

/**
 * Opens the artifact store in a folder, of which this process is the only one to write, and removes what interrupted puts left
 * there more than a day ago. With `readOnly` the folder is never written to, and put and delete are FORBIDDEN.
 */
export async function createFileArtifactStore(options: { root: string; readOnly?: boolean; now?: () => number }): Promise<ArtifactStore> {
  const { root, readOnly = false, now = Date.now } = options;
  const lock = new KeyedLock();
  const removeLeftovers = (before: Date): Promise<void> => removeOlder(join(root, "incoming"), before.getTime());
  if (!readOnly) {
    await mkdir(join(root, "incoming"), { recursive: true });
    await mkdir(join(root, "sha256"), { recursive: true });
    await removeLeftovers(new Date(now() - LEFTOVER_AGE_MS));
  }
  const assertWritable = () => {
    if (readOnly) throw new CoreError("FORBIDDEN", "This artifact store is read-only.");
  };
  return {
    async put(content) {
      assertWritable();
      return storeBlob(root, content, lock);
    },
    get: (digest, range) => openBlob(root, digest, range),
    async stat(digest) {
      const found = await unlessMissing(stat(join(root, blobPlace(digest))));
      return found ? { digest, sizeBytes: found.size } : null;
    },
    list: () => listBlobs(root),
    async delete(digest, { unlessStoredSince } = {}) {
      assertWritable();
      const place = join(root, blobPlace(digest));
      // The same lock as at the end of a put: no put can slip in between the look at its age and the removal.
      return lock.run(digest, async () => {
        const found = unlessStoredSince && (await unlessMissing(stat(place)));
        if (found && found.mtimeMs >= unlessStoredSince.getTime()) return false;
        await rm(place, { force: true });
        return true;
      });
    },
    async removeLeftovers(before) {
      assertWritable();
      await removeLeftovers(before);
    },
  };
}

async function openBlob(root: string, digest: string, range?: { start: number; end: number }): Promise<Readable> {
  const file = await unlessMissing(open(join(root, blobPlace(digest)), "r"));
  if (!file) throw notFound("Artifact", digest);
  try {
    if (range) assertByteRange(range, (await file.stat()).size);
  } catch (error) {
    await file.close();
    throw error;
  }
  return file.createReadStream({ ...range, highWaterMark: READ_BYTES });
}

async function* listBlobs(root: string): AsyncIterable<ListedBlob> {
  for (const shard of (await unlessMissing(readdir(join(root, "sha256")))) ?? []) {
    const folder = await unlessMissing(opendir(join(root, "sha256", shard)));
    if (!folder) continue;
    for await (const entry of folder) {
      const digest = entry.isFile() ? digestOfPlace(`sha256/${shard}/${entry.name}`) : null;
      const found = digest && (await unlessMissing(stat(join(root, "sha256", shard, entry.name))));
      if (found) yield { digest, sizeBytes: found.size, storedAt: found.mtime };
    }
  }
}

async function removeOlder(folder: string, olderThanMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const found = await unlessMissing(stat(join(folder, name)));
    if (found && found.mtimeMs < olderThanMs) await rm(join(folder, name), { force: true, recursive: true });
  }
}

/** Null instead of an error when the file or folder does not exist (or the path leads through a file). */
async function unlessMissing<Value>(operation: Promise<Value>): Promise<Value | null> {
  try {
    return await operation;
  } catch (error) {
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}
