import type { Readable } from "node:stream";
import { defineCapability } from "../kernel/capability.ts";

export type StoredBlob = { /** `sha256:<hex>` */ digest: string; sizeBytes: number };

/** A blob with the moment at which its bytes were last put. */
export type ListedBlob = StoredBlob & { storedAt: Date };

/** Content-addressed files: equal bytes are kept once and a digest never changes its meaning. */
export type ArtifactStore = {
  /** Stores a stream; an interrupted put leaves nothing behind. */
  put(content: Readable): Promise<StoredBlob>;
  /** Opens a blob, or the byte range [start, end] of it; NOT_FOUND when it is not there. */
  get(digest: string, range?: { start: number; end: number }): Promise<Readable>;
  stat(digest: string): Promise<StoredBlob | null>;
  /** All digests, in no order; for garbage collection. */
  list(): AsyncIterable<ListedBlob>;
  /**
   * Removes a blob; one that is not there is no fault. With `unlessStoredSince` it stays when its bytes were put at that moment
   * or later, also by a put that ends meanwhile. False = it stays.
   */
  delete(digest: string, options?: { unlessStoredSince?: Date }): Promise<boolean>;
  /** Removes what puts that never ended left before this moment. */
  removeLeftovers(before: Date): Promise<void>;
};

export const ArtifactStoreCapability = defineCapability<ArtifactStore>("artifact-store");

/** The first rows of a table; every value as text, cut where it is long. */
export type TableRows = {
  columns: { name: string; type: string }[];
  rows: (string | null)[][];
  /** Null when it is not known without reading all. */
  totalRows: number | null;
};

/** Reads tables out of files. INVALID, with the reason, for what is no such table. */
export type TableReader = {
  read(content: Readable, options: { format: "csv" | "tsv" | "parquet"; maxRows: number }): Promise<TableRows>;
};

export const TableReaderCapability = defineCapability<TableReader>("table-reader");
