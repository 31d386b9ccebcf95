import type { Readable } from "node:stream";
import { artifact } from "@trellis/db/schema";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../../audit/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError, notFound } from "../../kernel/errors.ts";
import { artifactFolder, artifactPath } from "../domain/artifact-path.ts";
import { protocolRunId, runArtifactUri } from "../domain/protocol-ids.ts";
import { ArtifactStoreCapability } from "../ports.ts";
import { requireTrackedRun } from "../rights.ts";
import { at, below, type FilePage, filesOfRun, findFile, listFolder, type StoredFile, takePath } from "./file-set.ts";
import { type ByteRange, folderPage, type OpenedFile, openStoredFile } from "./stored-file.ts";

/**
 * Stores a file that a client sends for a run, in place of what a client sent with this path before. Nothing is kept of content
 * that breaks off; of two that come together the one that ends last stays.
 */
export async function putRunArtifact(ctx: CoreContext, input: { runId: string; path: string; content: Readable }): Promise<StoredFile> {
  const { runId, content } = input;
  const path = artifactPath(input.path);
  const run = await requireTrackedRun(ctx, runId, "project.write");
  if (run.deleted) throw notActive(runId);
  const { digest, sizeBytes } = await ctx.resolve(ArtifactStoreCapability).put(content);
  await ctx.db.transaction(async (tx) => {
    // The upload may have taken long. The row lock keeps the run from being removed for good meanwhile.
    const { rows } = await tx.execute(sql`select 1 from tracked_run where id = ${runId}::uuid and deleted_at is null for key share`);
    if (rows.length === 0) throw notActive(runId);
    await takePath(tx, filesOfRun(runId), runId, path);
    await tx
      .insert(artifact)
      .values({ id: ctx.newId(), runId, path, digest, sizeBytes, createdAt: ctx.now() })
      .onConflictDoUpdate({
        target: [artifact.runId, artifact.path],
        targetWhere: sql`attempt_id is null`,
        set: { digest, sizeBytes, createdAt: ctx.now() },
      });
    await announce(tx, `run:${runId}`);
  });
  return { path, digest, sizeBytes };
}

export const listRunArtifactsInput = z.object({ runId: z.uuid(), ...folderPage });

/** What lies in a folder of a run: files that its steps left and files that clients sent; of equal paths the newest. `rootUri` is where clients have all of it. */
export async function listRunArtifacts(ctx: CoreContext, input: z.input<typeof listRunArtifactsInput>): Promise<FilePage & { rootUri: string }> {
  const query = listRunArtifactsInput.parse(input);
  const folder = artifactFolder(query.path ?? "");
  const { experimentId: id, artifactLocation } = await requireTrackedRun(ctx, query.runId, "project.read");
  const page = await listFolder(ctx.db, filesOfRun(query.runId), { folder, after: query.cursor ?? null, limit: query.limit });
  return { ...page, rootUri: runArtifactUri({ id, artifactLocation }, query.runId) };
}

/** A file of a run without its content. NOT_FOUND when there is none at this path. */
export async function findRunArtifact(ctx: CoreContext, input: { runId: string; path: string }): Promise<StoredFile> {
  const path = artifactPath(input.path);
  await requireTrackedRun(ctx, input.runId, "project.read");
  const file = await findFile(ctx.db, filesOfRun(input.runId), path);
  if (!file) throw notFound("File", `${path} of run ${protocolRunId(input.runId)}`);
  return file;
}

/** Opens a file of a run, or a byte range of it (both ends included). */
export async function openRunArtifact(ctx: CoreContext, input: { runId: string; path: string; range?: ByteRange }): Promise<OpenedFile> {
  return openStoredFile(ctx, await findRunArtifact(ctx, input), input.range);
}

/**
 * Removes a file of a run, or a folder with all in it (an empty path = everything), as far as clients sent it. Nothing there is
 * no fault; INVALID when only steps of a pipeline left files there.
 */
export async function deleteRunArtifacts(ctx: CoreContext, input: { runId: string; path: string }): Promise<{ deleted: number }> {
  const { runId } = input;
  const path = artifactFolder(input.path);
  const run = await requireTrackedRun(ctx, runId, "project.write");
  return ctx.db.transaction(async (tx) => {
    const here = sql`(${at(path)} or ${below(path)})`;
    const { rows: removed } = await tx.execute(sql`delete from ${filesOfRun(runId)} and f.attempt_id is null and ${here} returning 1`);
    const { rows: kept } = await tx.execute(sql`select 1 from ${filesOfRun(runId)} and ${here} limit 1`);
    if (removed.length === 0 && kept.length > 0)
      throw new CoreError(
        "INVALID",
        `${path || "What this run holds"} was left by a step of a pipeline and stays with its run. Only files that a client sent can be deleted.`,
      );
    if (removed.length > 0) {
      await recordAuditEvent(tx, ctx, {
        action: "tracking.artifacts.delete",
        subject: { kind: "run", id: runId, name: protocolRunId(runId) },
        projectId: run.projectId,
        data: { path, files: removed.length },
      });
      await announce(tx, `run:${runId}`);
    }
    return { deleted: removed.length };
  });
}

function notActive(runId: string): CoreError {
  return new CoreError("INVALID", `The run ${protocolRunId(runId)} must be in the 'active' state. Current state is deleted.`);
}
