import { dataset, datasetVersion } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import { enqueueJob } from "../jobs/index.ts";
import { datasetVersioned } from "./jobs.ts";
import { filesDigest } from "./domain/files-digest.ts";

export type DatasetFile = { path: string; digest: string; sizeBytes: number };

/** The version of a project's data that these files are; made when this content was never seen. `name` is its path in the repository. */
export async function recordDatasetVersion(
  tx: Transaction,
  ctx: CoreContext,
  input: { projectId: string; name: string; commit: string; files: DatasetFile[] },
): Promise<{ datasetId: string; versionId: string; digest: string; created: boolean }> {
  const digest = filesDigest(input.files);
  await tx.insert(dataset).values({ id: ctx.newId(), projectId: input.projectId, name: input.name, createdAt: ctx.now() }).onConflictDoNothing();
  const [set] = await tx
    .select({ id: dataset.id })
    .from(dataset)
    .where(and(eq(dataset.projectId, input.projectId), eq(dataset.name, input.name)));
  if (!set) throw new Error(`Dataset ${input.name} of project ${input.projectId} vanished while it was recorded`);
  const sizeBytes = input.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const [made] = await tx
    .insert(datasetVersion)
    .values({ id: ctx.newId(), datasetId: set.id, digest, files: input.files, sizeBytes, commit: input.commit, createdAt: ctx.now() })
    .onConflictDoNothing()
    .returning({ id: datasetVersion.id });
  if (made) await enqueueJob(tx, datasetVersioned, { projectId: input.projectId, name: input.name, versionId: made.id, digest });
  if (made) return { datasetId: set.id, versionId: made.id, digest, created: true };
  const [known] = await tx
    .select({ id: datasetVersion.id })
    .from(datasetVersion)
    .where(and(eq(datasetVersion.datasetId, set.id), eq(datasetVersion.digest, digest)));
  if (!known) throw new Error(`Version ${digest} of dataset ${input.name} vanished while it was recorded`);
  return { datasetId: set.id, versionId: known.id, digest, created: false };
}
