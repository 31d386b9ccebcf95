import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import { type Notebook, parseNotebook } from "../domain/notebook.ts";
import { decodeText, imageType, previewKind } from "../domain/preview-kind.ts";
import { ArtifactStoreCapability, TableReaderCapability, type TableRows } from "../ports.ts";
import type { StoredFile } from "./file-set.ts";
import { findLoggedModelFile } from "./logged-model-files.ts";
import { findRunArtifact } from "./run-artifacts.ts";

/** What a page can show of a file. Nothing in it is a page of its own: HTML and images are read at their addresses. */
export type FilePreview = StoredFile &
  (
    | { kind: "text" | "markdown" | "json"; text: string; truncated: boolean }
    | ({ kind: "table"; format: "csv" | "parquet"; truncated: boolean } & TableRows)
    | { kind: "image"; mediaType: string }
    | { kind: "html" }
    | ({ kind: "notebook" } & Notebook)
    | { kind: "none"; /** A sentence for people. */ reason: string }
  );

const KIBIBYTE = 1024;
const MAX_TEXT_BYTES = 256 * KIBIBYTE;
const MAX_CSV_BYTES = KIBIBYTE * KIBIBYTE;
const MAX_NOTEBOOK_BYTES = 10 * KIBIBYTE * KIBIBYTE;
/** A Parquet file is copied to the portal's disk to be read. */
const MAX_PARQUET_BYTES = 256 * KIBIBYTE * KIBIBYTE;
const MAX_ROWS = 100;

/** What a page can show of a run's file. */
export async function previewRunArtifact(ctx: CoreContext, input: { runId: string; path: string }): Promise<FilePreview> {
  return previewFile(ctx, await findRunArtifact(ctx, input));
}

/** What a page can show of a logged model's file. */
export async function previewLoggedModelFile(ctx: CoreContext, input: { modelId: string; path: string }): Promise<FilePreview> {
  return previewFile(ctx, await findLoggedModelFile(ctx, input));
}

/** What a page can show of a file that the actor may read, which is for the caller to see. Memory and answer are bounded. */
export async function previewFile(ctx: CoreContext, { path, digest, sizeBytes }: StoredFile): Promise<FilePreview> {
  const file = { path, digest, sizeBytes };
  const kind = previewKind(path);
  if (kind === "image") return { ...file, kind, mediaType: imageType(path) ?? "" };
  if (kind === "html") return { ...file, kind };
  if (sizeBytes === 0) return { ...file, kind: "none", reason: "The file is empty." };
  if (kind === "csv" || kind === "tsv") return previewCsv(ctx, file, kind);
  if (kind === "parquet") return previewParquet(ctx, file);
  if (kind === "notebook") {
    const notebook = sizeBytes <= MAX_NOTEBOOK_BYTES ? parseNotebook((await readHead(ctx, file, sizeBytes)).toString("utf8")) : null;
    if (notebook) return { ...file, kind, ...notebook };
  }
  return previewText(ctx, file, kind === "markdown" || kind === "json" ? kind : "text");
}

async function previewText(ctx: CoreContext, file: StoredFile, kind: "text" | "markdown" | "json"): Promise<FilePreview> {
  const truncated = file.sizeBytes > MAX_TEXT_BYTES;
  const text = decodeText(await readHead(ctx, file, MAX_TEXT_BYTES), truncated);
  return text === null
    ? { ...file, kind: "none", reason: "This is not text. Download it to read it with its own program." }
    : { ...file, kind, text, truncated };
}

async function previewCsv(ctx: CoreContext, file: StoredFile, format: "csv" | "tsv"): Promise<FilePreview> {
  const head = await readHead(ctx, file, MAX_CSV_BYTES);
  const cut = file.sizeBytes > MAX_CSV_BYTES;
  // The last line may be half a line.
  const whole = cut ? head.subarray(0, head.lastIndexOf(10) + 1) : head;
  if (whole.length === 0 || decodeText(whole, false) === null) return previewText(ctx, file, "text");
  const table = await readTable(ctx, Readable.from([whole]), format);
  if (typeof table === "string") return previewText(ctx, file, "text");
  const truncated = cut || table.rows.length > MAX_ROWS;
  return { ...file, kind: "table", format: "csv", ...table, rows: table.rows.slice(0, MAX_ROWS), truncated };
}

async function previewParquet(ctx: CoreContext, file: StoredFile): Promise<FilePreview> {
  if (file.sizeBytes > MAX_PARQUET_BYTES) return { ...file, kind: "none", reason: "The file is too large to be shown here. Download it." };
  const table = await readTable(ctx, await ctx.resolve(ArtifactStoreCapability).get(file.digest), "parquet");
  if (typeof table === "string") return { ...file, kind: "none", reason: table };
  return { ...file, kind: "table", format: "parquet", ...table, rows: table.rows.slice(0, MAX_ROWS), truncated: table.rows.length > MAX_ROWS };
}

/** One row more than is shown, so that it is known whether there are more; or why there is no table. */
async function readTable(ctx: CoreContext, content: Readable, format: "csv" | "tsv" | "parquet"): Promise<TableRows | string> {
  try {
    return await ctx.resolve(TableReaderCapability).read(content, { format, maxRows: MAX_ROWS + 1 });
  } catch (error) {
    if (isCoreError(error) && error.code === "INVALID") return error.message;
    throw error;
  }
}

async function readHead(ctx: CoreContext, file: StoredFile, bytes: number): Promise<Buffer> {
  if (file.sizeBytes === 0) return Buffer.alloc(0);
  return buffer(await ctx.resolve(ArtifactStoreCapability).get(file.digest, { start: 0, end: Math.min(bytes, file.sizeBytes) - 1 }));
}
