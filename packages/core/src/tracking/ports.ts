import type { Readable } from "node:stream";
import { defineCapability } from "../kernel/capability.ts";

export type StoredBlob = { /** `sha256:<hex>` */ digest: string; sizeBytes: number };

/** Content-addressed files: equal bytes are kept once and a digest never changes its meaning. */
export type ArtifactStore = {
  /** Stores a stream; an interrupted put leaves nothing behind. */
  put(content: Readable): Promise<StoredBlob>;
  /** Opens a blob, or the byte range [start, end] of it; NOT_FOUND when it is not there. */
  get(digest: string, range?: { start: number; end: number }): Promise<Readable>;
  stat(digest: string): Promise<StoredBlob | null>;
  /** All digests, in no order; for garbage collection. */
  list(): AsyncIterable<StoredBlob>;
  delete(digest: string): Promise<void>;
};

export const ArtifactStoreCapability = defineCapability<ArtifactStore>("artifact-store");
