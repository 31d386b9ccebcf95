import { dataset, datasetVersion, project } from "@trellis/db/schema";
import { eq, sql } from "drizzle-orm";
import { SourceHostCapability } from "../../catalog/ports.ts";
import { authorize } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError, notFound } from "../../kernel/errors.ts";
import { type ColumnProfile, profileCsv } from "../domain/csv-profile.ts";
import { type ToldColumn, toldColumns, toldProfile, toldSource } from "../domain/told-schema.ts";
import { type RunFacts, runFacts } from "./run-facts.ts";

const MAX_FILES = 500;
const MAX_RUNS = 50;

/** A version of a dataset with what is known of its content and the newest runs that read it. */
export async function getDatasetVersion(ctx: CoreContext, input: { versionId: string }) {
  const { version, owner } = await requireVersion(ctx, input.versionId);
  const { rows: readers } = await ctx.db.execute<{ id: string; context: string; total: number }>(sql`
    with used(run_id, context) as (
      select run_id, coalesce(tags->>'mlflow.data.context', '') from run_dataset where dataset_version_id = ${version.id}
      union all
      select to_id, '' from lineage_edge where from_kind = 'dataset_version' and from_id = ${version.id} and to_kind = 'run'
        and not exists (select 1 from run_dataset d where d.run_id = lineage_edge.to_id and d.dataset_version_id = ${version.id})
    )
    select t.id, used.context, count(*) over ()::int as total from used join tracked_run t on t.id = used.run_id join experiment e on e.id = t.experiment_id
    where t.deleted_at is null and e.project_id = ${owner.id} order by t.start_time desc limit ${MAX_RUNS}`);
  const contexts = new Map(readers.map((row) => [row.id, row.context]));
  const facts = await runFacts(ctx, [...contexts.keys()]);
  return {
    id: version.id,
    dataset: { id: version.datasetId, name: owner.dataset },
    project: { id: owner.id, slug: owner.slug, title: owner.title },
    digest: version.digest,
    sizeBytes: version.sizeBytes,
    commit: version.commit,
    sourceType: version.sourceType,
    source: toldSource(version.source),
    createdAt: version.createdAt,
    files: version.files.slice(0, MAX_FILES),
    fileCount: version.files.length,
    /** As the client that logged it says; empty for what a pipeline took from its repository. */
    columns: toldColumns(version.schema) satisfies ToldColumn[],
    facts: toldProfile(version.profile),
    runs: facts.map((run): RunFacts & { context: string } => ({ ...run, context: contexts.get(run.id) ?? "" })),
    runCount: readers[0]?.total ?? 0,
  };
}

export type DatasetVersionPage = Awaited<ReturnType<typeof getDatasetVersion>>;

/** A file larger than this is not read for a profile: 8 MiB. */
const MAX_PROFILED_BYTES = 8 * 1024 * 1024;
const MAX_PROFILED_ROWS = 100_000;

export type DatasetProfile = {
  /** The file that was read; null when there was none that can be, and `reason` says why. */
  file: string | null;
  reason: string | null;
  rows: number;
  /** The file has more rows than were looked at. */
  more: boolean;
  columns: ColumnProfile[];
};

/** Reads the first CSV file of a version from its repository and says what its columns hold. */
export async function profileDatasetVersion(ctx: CoreContext, input: { versionId: string }): Promise<DatasetProfile> {
  const { version, owner } = await requireVersion(ctx, input.versionId);
  const none = (reason: string): DatasetProfile => ({ file: null, reason, rows: 0, more: false, columns: [] });
  if (version.commit === null) return none("The portal does not have this data: a client only told of it.");
  const tables = version.files.filter((file) => /\.csv$/i.test(file.path)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const file = tables.find((candidate) => candidate.sizeBytes <= MAX_PROFILED_BYTES);
  if (!file) return none(tables.length > 0 ? "Its CSV files are larger than 8 MB." : "It has no CSV file.");
  const content = await ctx.resolve(SourceHostCapability).readFile(owner.repository, version.commit, file.path, MAX_PROFILED_BYTES);
  if (!content) return none(`${file.path} is not in the repository any more.`);
  return { file: file.path, reason: null, ...profileCsv(content.toString("utf8"), MAX_PROFILED_ROWS) };
}

async function requireVersion(ctx: CoreContext, versionId: string) {
  const [row] = await ctx.db
    .select({
      version: datasetVersion,
      owner: { id: project.id, slug: project.slug, title: project.title, repository: project.repository, dataset: dataset.name },
    })
    .from(datasetVersion)
    .innerJoin(dataset, eq(dataset.id, datasetVersion.datasetId))
    .innerJoin(project, eq(project.id, dataset.projectId))
    .where(eq(datasetVersion.id, versionId));
  if (!row) throw notFound("Dataset version", versionId);
  await authorize(ctx, "project.read", { projectId: row.owner.id }).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Dataset version", versionId) : error;
  });
  return row;
}
