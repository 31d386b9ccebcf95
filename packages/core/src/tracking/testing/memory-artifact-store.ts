import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { notFound } from "../../kernel/errors.ts";
import type { ArtifactStore } from "../ports.ts";

/** An artifact store for tests: bytes in memory. `put` fails while `failing` is set. */
export class MemoryArtifactStore implements ArtifactStore {
  readonly blobs = new Map<string, Buffer>();
  /** When the bytes of each digest were last put. */
  readonly storedAt = new Map<string, Date>();
  failing: Error | null = null;
  /** The time of puts; a test may own it. */
  now: () => Date = () => new Date();

  async put(content: Readable) {
    const bytes = await buffer(content);
    if (this.failing) throw this.failing;
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    this.blobs.set(digest, bytes);
    this.storedAt.set(digest, this.now());
    return { digest, sizeBytes: bytes.length };
  }

  async get(digest: string, range?: { start: number; end: number }) {
    const bytes = this.blobs.get(digest);
    if (!bytes) throw notFound("Blob", digest);
    return Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes]);
  }

  async stat(digest: string) {
    const bytes = this.blobs.get(digest);
    return bytes ? { digest, sizeBytes: bytes.length } : null;
  }

  async *list() {
    for (const [digest, bytes] of this.blobs) yield { digest, sizeBytes: bytes.length, storedAt: this.storedAt.get(digest) ?? new Date(0) };
  }

  async delete(digest: string, options: { unlessStoredSince?: Date } = {}) {
    const storedAt = this.storedAt.get(digest);
    if (options.unlessStoredSince && storedAt && storedAt >= options.unlessStoredSince) return false;
    this.blobs.delete(digest);
    this.storedAt.delete(digest);
    return true;
  }

  async removeLeftovers() {}
}
