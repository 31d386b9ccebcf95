import type { Readable } from "node:stream";
import { loggedModelFile } from "@trellis/db/schema";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../../audit/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import { artifactFolder, artifactPath } from "../domain/artifact-path.ts";
import { modelArtifactUri, modelNotFound, protocolModelId } from "../domain/protocol-ids.ts";
import { ArtifactStoreCapability } from "../ports.ts";
import { type LoggedModelHome, requireLoggedModel, type TrackingPermission } from "../rights.ts";
import { at, below, type FilePage, filesOfLoggedModel, findFile, listFolder, type StoredFile, takePath } from "./file-set.ts";
import { type ByteRange, folderPage, type OpenedFile, openStoredFile } from "./stored-file.ts";

/**
 * Stores a file of a logged model, in place of what had this path before. Nothing is kept of content that breaks off; of two that
 * come together the one that ends last stays. Versions that were registered from the model keep the file that they had.
 */
export async function putLoggedModelFile(ctx: CoreContext, input: { modelId: string; path: string; content: Readable }): Promise<StoredFile> {
  const { modelId } = input;
  const path = artifactPath(input.path);
  await requireActiveModel(ctx, modelId, "project.write");
  const { digest, sizeBytes } = await ctx.resolve(ArtifactStoreCapability).put(input.content);
  await ctx.db.transaction(async (tx) => {
    // The upload may have taken long. The row lock keeps the model from being removed for good meanwhile.
    const { rows } = await tx.execute(sql`select 1 from logged_model where id = ${modelId}::uuid and deleted_at is null for key share`);
    if (rows.length === 0) throw modelNotFound(modelId);
    await takePath(tx, filesOfLoggedModel(modelId), modelId, path);
    const createdAt = ctx.now();
    await tx
      .insert(loggedModelFile)
      .values({ modelId, path, digest, sizeBytes, createdAt })
      .onConflictDoUpdate({ target: [loggedModelFile.modelId, loggedModelFile.path], set: { digest, sizeBytes, createdAt } });
    await announce(tx, `logged-model:${modelId}`);
  });
  return { path, digest, sizeBytes };
}

export const listLoggedModelFilesInput = z.object({ modelId: z.uuid(), ...folderPage });

/** What lies in a folder of a logged model. `rootUri` is where clients have all of it. */
export async function listLoggedModelFiles(ctx: CoreContext, input: z.input<typeof listLoggedModelFilesInput>): Promise<FilePage & { rootUri: string }> {
  const query = listLoggedModelFilesInput.parse(input);
  const folder = artifactFolder(query.path ?? "");
  const { experimentId: id, artifactLocation } = await requireActiveModel(ctx, query.modelId, "project.read");
  const page = await listFolder(ctx.db, filesOfLoggedModel(query.modelId), { folder, after: query.cursor ?? null, limit: query.limit });
  return { ...page, rootUri: modelArtifactUri({ id, artifactLocation }, query.modelId) };
}

/** A file of a logged model without its content. NOT_FOUND when there is none at this path. */
export async function findLoggedModelFile(ctx: CoreContext, input: { modelId: string; path: string }): Promise<StoredFile> {
  const path = artifactPath(input.path);
  await requireActiveModel(ctx, input.modelId, "project.read");
  const file = await findFile(ctx.db, filesOfLoggedModel(input.modelId), path);
  if (!file) throw notFound("File", `${path} of logged model ${protocolModelId(input.modelId)}`);
  return file;
}

/** Opens a file of a logged model, or a byte range of it (both ends included). */
export async function openLoggedModelFile(ctx: CoreContext, input: { modelId: string; path: string; range?: ByteRange }): Promise<OpenedFile> {
  return openStoredFile(ctx, await findLoggedModelFile(ctx, input), input.range);
}

/** Removes a file of a logged model, or a folder with all in it (an empty path = everything). Nothing there is no fault. */
export async function deleteLoggedModelFiles(ctx: CoreContext, input: { modelId: string; path: string }): Promise<{ deleted: number }> {
  const { modelId } = input;
  const path = artifactFolder(input.path);
  const model = await requireActiveModel(ctx, modelId, "project.write");
  return ctx.db.transaction(async (tx) => {
    const { rows: removed } = await tx.execute(sql`delete from ${filesOfLoggedModel(modelId)} and (${at(path)} or ${below(path)}) returning 1`);
    if (removed.length > 0) {
      await recordAuditEvent(tx, ctx, {
        action: "tracking.artifacts.delete",
        subject: { kind: "logged_model", id: modelId, name: protocolModelId(modelId) },
        projectId: model.projectId,
        data: { path, files: removed.length },
      });
      await announce(tx, `logged-model:${modelId}`);
    }
    return { deleted: removed.length };
  });
}

/** A deleted model is not there for clients. */
async function requireActiveModel(ctx: CoreContext, modelId: string, permission: TrackingPermission): Promise<LoggedModelHome> {
  const model = await requireLoggedModel(ctx, modelId, permission);
  if (model.deleted) throw modelNotFound(modelId);
  return model;
}
