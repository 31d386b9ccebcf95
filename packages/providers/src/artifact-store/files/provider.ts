import { mkdir, open, opendir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { CoreError, notFound } from "@trellis/core/kernel/errors.ts";
import type { ArtifactStore, StoredBlob } from "@trellis/core/tracking/ports.ts";
import { blobPath, digestOfPath } from "./blob-path.ts";
import { storeBlob } from "./store-blob.ts";

const LEFTOVER_AGE_MS = 24 * 60 * 60 * 1000;

/**
 * Opens the artifact store in a folder and removes what interrupted puts left there more than a day ago. With `readOnly` the
 * folder is never written to, and put and delete are FORBIDDEN.
 */
export async function createFileArtifactStore(options: { root: string; readOnly?: boolean; now?: () => number }): Promise<ArtifactStore> {
  const { root, readOnly = false, now = Date.now } = options;
  if (!readOnly) {
    await mkdir(join(root, "incoming"), { recursive: true });
    await mkdir(join(root, "sha256"), { recursive: true });
    await removeLeftovers(join(root, "incoming"), now() - LEFTOVER_AGE_MS);
  }
  const assertWritable = () => {
    if (readOnly) throw new CoreError("FORBIDDEN", "This artifact store is read-only.");
  };
  return {
    async put(content) {
      assertWritable();
      return storeBlob(root, content);
    },
    get: (digest, range) => openBlob(root, digest, range),
    stat: (digest) => statBlob(root, digest),
    list: () => listBlobs(root),
    async delete(digest) {
      assertWritable();
      await rm(blobPath(root, digest), { force: true });
    },
  };
}

async function openBlob(root: string, digest: string, range?: { start: number; end: number }): Promise<Readable> {
  const file = await unlessMissing(open(blobPath(root, digest), "r"));
  if (!file) throw notFound("Artifact", digest);
  try {
    if (range) assertRange(range, (await file.stat()).size);
  } catch (error) {
    await file.close();
    throw error;
  }
  return file.createReadStream(range ?? {});
}

function assertRange(range: { start: number; end: number }, sizeBytes: number): void {
  const { start, end } = range;
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end && start < sizeBytes;
  if (!isRange) throw new CoreError("INVALID", `Bytes ${start} to ${end} are not a range of an artifact of ${sizeBytes} bytes.`);
}

async function statBlob(root: string, digest: string): Promise<StoredBlob | null> {
  const found = await unlessMissing(stat(blobPath(root, digest)));
  return found ? { digest, sizeBytes: found.size } : null;
}

async function* listBlobs(root: string): AsyncIterable<StoredBlob> {
  for (const shard of (await unlessMissing(readdir(join(root, "sha256")))) ?? []) {
    const folder = await unlessMissing(opendir(join(root, "sha256", shard)));
    if (!folder) continue;
    for await (const entry of folder) {
      const digest = entry.isFile() ? digestOfPath(shard, entry.name) : null;
      const blob = digest ? await statBlob(root, digest) : null;
      if (blob) yield blob;
    }
  }
}

async function removeLeftovers(folder: string, olderThanMs: number): Promise<void> {
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
