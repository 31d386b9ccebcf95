import type { Readable } from "node:stream";
import { artifact, dataset, datasetVersion, project } from "@trellis/db/schema";
import { and, asc, desc, eq, gt, lt, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { requireProject } from "../catalog/index.ts";
import { authorize, visibleProjects } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { isCoreError, notFound } from "../kernel/errors.ts";
import { ArtifactStoreCapability } from "./ports.ts";
import { requireRunProjects } from "./require-run.ts";

export const listArtifactsInput = z.object({
  runId: z.uuid(),
  stepKey: z.string().max(63).optional(),
  cursor: z.string().max(500).optional(),
  limit: z.number().int().min(1).max(500).default(200),
});

/** Files that the steps of a run left, by step and path. */
export async function listArtifacts(ctx: CoreContext, input: z.input<typeof listArtifactsInput>) {
  const query = listArtifactsInput.parse(input);
  await requireRunProjects(ctx, [query.runId]);
  const [afterStep = "", afterPath = ""] = query.cursor ? query.cursor.split("\n") : [];
  const rows = await ctx.db
    .select()
    .from(artifact)
    .where(
      and(
        eq(artifact.runId, query.runId),
        query.stepKey ? eq(artifact.stepKey, query.stepKey) : undefined,
        query.cursor ? or(gt(artifact.stepKey, afterStep), and(eq(artifact.stepKey, afterStep), gt(artifact.path, afterPath))) : undefined,
      ),
    )
    .orderBy(asc(artifact.stepKey), asc(artifact.path))
    .limit(query.limit + 1);
  const items = rows.slice(0, query.limit).map(({ executable, ...row }) => ({ ...row, executable: executable === 1 }));
  const last = items.at(-1);
  return { items, nextCursor: rows.length > query.limit && last ? `${last.stepKey}\n${last.path}` : null };
}

const range = z.object({ start: z.number().int().min(0), end: z.number().int().min(0) });

export const openArtifactInput = z.object({ artifactId: z.uuid(), range: range.optional() });

/** Opens a file of a run, or a byte range of it (both ends included). */
export async function openArtifact(
  ctx: CoreContext,
  input: z.input<typeof openArtifactInput>,
): Promise<{ path: string; sizeBytes: number; digest: string; content: Readable }> {
  const [row] = await ctx.db.select().from(artifact).where(eq(artifact.id, input.artifactId));
  if (!row) throw notFound("File", input.artifactId);
  await requireRunProjects(ctx, [row.runId]).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("File", input.artifactId) : error;
  });
  return { path: row.path, sizeBytes: row.sizeBytes, digest: row.digest, content: await ctx.resolve(ArtifactStoreCapability).get(row.digest, input.range) };
}

/** Files of one step of a run, for preparing the steps after it; at most 50,000. */
export async function filesOfStep(ctx: CoreContext, runId: string, stepKeys: string[]) {
  if (stepKeys.length === 0) return [];
  const rows = await ctx.db
    .select({ stepKey: artifact.stepKey, path: artifact.path, digest: artifact.digest, sizeBytes: artifact.sizeBytes, executable: artifact.executable })
    .from(artifact)
    .where(and(eq(artifact.runId, runId), sql`${artifact.stepKey} = any(${sql.param(stepKeys)}::text[])`))
    .orderBy(asc(artifact.path))
    .limit(50_000);
  return rows.map(({ executable, ...row }) => ({ ...row, executable: executable === 1 }));
}

export const listDatasetsInput = z.object({ project: z.string().optional(), cursor: z.uuid().optional(), limit: z.number().int().min(1).max(100).default(50) });

/** Data of the projects that the actor may see, newest first, each with its latest version. */
export async function listDatasets(ctx: CoreContext, input: z.input<typeof listDatasetsInput> = {}) {
  await authorize(ctx, "project.list");
  const query = listDatasetsInput.parse(input);
  const within = query.project ? (await requireProject(ctx, query.project)).id : null;
  const conditions: (SQL | undefined)[] = [
    visibleProjects(ctx),
    within ? eq(dataset.projectId, within) : undefined,
    query.cursor ? lt(dataset.id, query.cursor) : undefined,
  ];
  const rows = await ctx.db
    .select({
      id: dataset.id,
      name: dataset.name,
      project: { id: project.id, slug: project.slug, title: project.title },
      versions: sql<number>`(select count(*)::int from dataset_version v where v.dataset_id = ${dataset.id})`,
      latest: sql<LatestVersion | null>`(select json_build_object('id', v.id, 'digest', v.digest, 'sizeBytes', v.size_bytes, 'files', jsonb_array_length(v.files), 'commit', v.commit, 'createdAt', v.created_at)
        from dataset_version v where v.dataset_id = ${dataset.id} order by v.id desc limit 1)`,
    })
    .from(dataset)
    .innerJoin(project, eq(project.id, dataset.projectId))
    .where(and(...conditions))
    .orderBy(desc(dataset.id))
    .limit(query.limit + 1);
  const items = rows.slice(0, query.limit).map((row) => ({ ...row, latest: row.latest && { ...row.latest, createdAt: new Date(row.latest.createdAt) } }));
  return { items, nextCursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
}

type LatestVersion = { id: string; digest: string; sizeBytes: number; files: number; commit: string | null; createdAt: string };

/** A dataset with its versions, newest first (at most 100), and how many runs read each. */
export async function getDataset(ctx: CoreContext, input: { datasetId: string }) {
  const [row] = await ctx.db
    .select({ id: dataset.id, name: dataset.name, createdAt: dataset.createdAt, project: { id: project.id, slug: project.slug, title: project.title } })
    .from(dataset)
    .innerJoin(project, eq(project.id, dataset.projectId))
    .where(eq(dataset.id, input.datasetId));
  if (!row) throw notFound("Dataset", input.datasetId);
  await authorize(ctx, "project.read", { projectId: row.project.id }).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Dataset", input.datasetId) : error;
  });
  const versionRows = await ctx.db
    .select({
      id: datasetVersion.id,
      digest: datasetVersion.digest,
      sizeBytes: datasetVersion.sizeBytes,
      fileCount: sql<number>`jsonb_array_length(${datasetVersion.files})`,
      commit: datasetVersion.commit,
      sourceType: datasetVersion.sourceType,
      createdAt: datasetVersion.createdAt,
      // A client's run says so itself, a pipeline's by its edge; a run of both kinds counts once.
      runs: sql<number>`(select count(*)::int from (
        select run_id from run_dataset where dataset_version_id = dataset_version.id
        union select to_id from lineage_edge where from_kind = 'dataset_version' and from_id = dataset_version.id and to_kind = 'run') readers)`,
    })
    .from(datasetVersion)
    .where(eq(datasetVersion.datasetId, row.id))
    .orderBy(desc(datasetVersion.id))
    .limit(100);
  return { ...row, versionRows };
}
