import { modelVersionFile } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { artifactPath, type FilePreview, previewFile, type StoredFile } from "../tracking/index.ts";
import { requireModelVersion } from "./require-model.ts";

/** A file of a version without its content. NOT_FOUND when there is none at this path. */
export async function findVersionFile(ctx: CoreContext, input: { versionId: string; path: string }): Promise<StoredFile> {
  const path = artifactPath(input.path);
  const { version, model } = await requireModelVersion(ctx, { versionId: input.versionId });
  const [file] = await ctx.db
    .select({ path: modelVersionFile.path, digest: modelVersionFile.digest, sizeBytes: modelVersionFile.sizeBytes })
    .from(modelVersionFile)
    .where(and(eq(modelVersionFile.versionId, version.id), eq(modelVersionFile.path, path)));
  if (!file) throw notFound("File", `${path} of ${model.name} v${version.version}`);
  return file;
}

/** What a page can show of a version's file. */
export async function previewVersionFile(ctx: CoreContext, input: { versionId: string; path: string }): Promise<FilePreview> {
  return previewFile(ctx, await findVersionFile(ctx, input));
}
