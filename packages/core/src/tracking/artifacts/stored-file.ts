import type { Readable } from "node:stream";
import { z } from "zod";
import type { CoreContext } from "../../kernel/context.ts";
import { ArtifactStoreCapability } from "../ports.ts";
import type { StoredFile } from "./file-set.ts";

/** Bytes of a file, both ends included; the end may lie behind it. */
export type ByteRange = { start: number; end: number };

export type OpenedFile = StoredFile & { content: Readable };

/** Most entries that one page of a listing has; clients of the MLflow protocol take all in one. */
export const MAX_ENTRIES = 100_000;

/** What every listing of a folder takes besides whose it is. */
export const folderPage = {
  /** Folder; the root without one. */
  path: z.string().optional(),
  cursor: z.string().optional(),
  limit: z.number().int().min(1).max(MAX_ENTRIES).default(500),
};

/** Opens the bytes of a file that was found. */
export async function openStoredFile(ctx: CoreContext, file: StoredFile, range?: ByteRange): Promise<OpenedFile> {
  return { ...file, content: await ctx.resolve(ArtifactStoreCapability).get(file.digest, range) };
}
