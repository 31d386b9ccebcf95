import { modelVersionFile } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import { modelArtifactUri, requireLoggedModel } from "../../tracking/index.ts";
import { parseModelSource, versionUri } from "../domain/model-source.ts";
import { type NamedVersion, requireVersionNamed } from "./require-named.ts";

/** Copies of copies are followed this far. */
const MAX_COPIES = 10;

/**
 * Where a client gets the files of a version: the version's own place, which never changes. Where the portal has no files of
 * it, they lie elsewhere: where its logged model or the version that it copies has them, or where its source says.
 */
export async function getDownloadUri(ctx: CoreContext, input: NamedVersion): Promise<string> {
  const { version } = await requireVersionNamed(ctx, input, "project.read");
  return resolve(ctx, version, MAX_COPIES);
}

async function resolve(ctx: CoreContext, version: { id: string; source: string }, copiesLeft: number): Promise<string> {
  const [file] = await ctx.db.select({ path: modelVersionFile.path }).from(modelVersionFile).where(eq(modelVersionFile.versionId, version.id)).limit(1);
  if (file) return versionUri(version.id);
  const source = parseModelSource(version.source);
  try {
    if (source.kind === "logged-model") {
      const { experimentId, artifactLocation } = await requireLoggedModel(ctx, source.modelId, "project.read");
      const root = modelArtifactUri({ id: experimentId, artifactLocation }, source.modelId);
      return source.path ? `${root}/${source.path}` : root;
    }
    if (source.kind === "named-version" && copiesLeft > 0)
      return await resolve(ctx, (await requireVersionNamed(ctx, source, "project.read")).version, copiesLeft - 1);
  } catch (error) {
    if (!isCoreError(error) || error.code !== "NOT_FOUND") throw error;
  }
  return version.source;
}
