import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { modelVersionFile } from "@trellis/db/schema";
import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError, notFound } from "../kernel/errors.ts";
import { filePathFault } from "../kernel/file-path.ts";
import { ArtifactStoreCapability } from "../tracking/ports.ts";
import { requireModelVersion } from "./require-model.ts";

export const openVersionFileInput = z.object({
  versionId: z.uuid(),
  path: z.string().max(500),
  range: z.object({ start: z.number().int().min(0), end: z.number().int().min(0) }).optional(),
});

/** Opens a file of a version, or a byte range of it (both ends included). */
export async function openVersionFile(
  ctx: CoreContext,
  input: z.input<typeof openVersionFileInput>,
): Promise<{ path: string; sizeBytes: number; digest: string; content: Readable }> {
  const query = openVersionFileInput.parse(input);
  const { version, model } = await requireModelVersion(ctx, { versionId: query.versionId });
  const [file] = await ctx.db
    .select()
    .from(modelVersionFile)
    .where(and(eq(modelVersionFile.versionId, version.id), eq(modelVersionFile.path, query.path)));
  if (!file) throw notFound("File", `${query.path} of ${model.name} v${version.version}`);
  return { path: file.path, sizeBytes: file.sizeBytes, digest: file.digest, content: await ctx.resolve(ArtifactStoreCapability).get(file.digest, query.range) };
}

/** Name of the file that says a folder is whole, and of which version. */
const MARKER = ".trellis-version";

/**
 * Writes all files of a version into `folder`, whose parent must be writable. The folder appears whole or not at all; one
 * that is there and whole stays as it is, anything else in its place is replaced.
 */
export async function materializeModelVersion(ctx: CoreContext, versionId: string, folder: string): Promise<void> {
  const { version } = await requireModelVersion(ctx, { versionId });
  if ((await readMarker(folder)) === version.digest) return;
  const files = await ctx.db.select().from(modelVersionFile).where(eq(modelVersionFile.versionId, versionId)).orderBy(asc(modelVersionFile.path));
  const store = ctx.resolve(ArtifactStoreCapability);
  const draft = `${folder}.${ctx.newId()}.part`;
  await mkdir(draft, { recursive: true });
  try {
    for (const file of files) {
      if (filePathFault(file.path, 500)) throw new CoreError("INVALID", `The model has a file with the unusable path ${JSON.stringify(file.path)}.`);
      const target = path.join(draft, file.path);
      await mkdir(path.dirname(target), { recursive: true });
      await pipeline(await store.get(file.digest), createWriteStream(target, { flags: "wx" }));
    }
    await writeFile(path.join(draft, MARKER), version.digest);
    await moveIntoPlace(draft, folder, version.digest);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** A rename onto a folder that is not empty fails; then either another call was faster, or what is there is rubbish. */
async function moveIntoPlace(draft: string, folder: string, digest: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      await rename(draft, folder);
      return;
    } catch (error) {
      if (!(await stat(folder).catch(() => null))) throw error;
      if ((await readMarker(folder)) === digest) return;
      await rm(folder, { recursive: true, force: true });
    }
  }
  throw new CoreError("UNAVAILABLE", `The model folder ${path.basename(folder)} is being changed by something else. Try again.`);
}

async function readMarker(folder: string): Promise<string | null> {
  return readFile(path.join(folder, MARKER), "utf8").catch(() => null);
}
