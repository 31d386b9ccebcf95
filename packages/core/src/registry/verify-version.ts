import { modelVersion, modelVersionFile, type Verification } from "@trellis/db/schema";
import { asc, eq } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { filesDigest, verifyFiles } from "../tracking/index.ts";
import { requireModelVersion } from "./require-model.ts";

export const verifyVersionInput = z.object({ versionId: z.uuid() });

/** Most files of which a result names what is wrong. */
const MAX_PROBLEMS = 100;

/**
 * Reads all files of a version again and compares them with the digests under which they were registered. The result is kept
 * with the version. PRECONDITION_FAILED when the portal has no files of it.
 */
export async function verifyVersion(ctx: CoreContext, input: z.input<typeof verifyVersionInput>): Promise<Verification> {
  const { versionId } = verifyVersionInput.parse(input);
  const { version, model } = await requireModelVersion(ctx, { versionId }, "project.write");
  const name = `${model.name} v${version.version}`;
  const files = await ctx.db
    .select({ path: modelVersionFile.path, digest: modelVersionFile.digest, sizeBytes: modelVersionFile.sizeBytes })
    .from(modelVersionFile)
    .where(eq(modelVersionFile.versionId, versionId))
    .orderBy(asc(modelVersionFile.path));
  if (files.length === 0)
    throw new CoreError("PRECONDITION_FAILED", `The portal has no files of ${name}: they lie at ${version.source}, so they cannot be checked.`);
  const { checked, problems } = await verifyFiles(ctx, files);
  // The list itself must be the one that was registered.
  const isListChanged = filesDigest(files) !== version.digest;
  const found = isListChanged ? [{ path: "", problem: "The list of files is not the one that was registered." }, ...problems] : problems;
  const verification: Verification = {
    ok: found.length === 0,
    checked,
    problems: found.slice(0, MAX_PROBLEMS),
    at: ctx.now().toISOString(),
    byName: ctx.actor.name,
  };
  await ctx.db.transaction(async (tx) => {
    await tx.update(modelVersion).set({ verification }).where(eq(modelVersion.id, versionId));
    await recordAuditEvent(tx, ctx, {
      action: "registry.model-version.verify",
      subject: { kind: "model_version", id: versionId, name },
      projectId: model.projectId,
      data: { ok: verification.ok, checked, problems: found.length },
    });
    await announce(tx, `model-version:${versionId}`, `models:${model.projectId}`);
  });
  return verification;
}
