import { experiment, loggedModel, loggedModelMetric, project } from "@trellis/db/schema";
import { asc, desc, eq, sql } from "drizzle-orm";
import { projectAbilities } from "../../catalog/index.ts";
import { authorize } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError, notFound } from "../../kernel/errors.ts";
import { type RunFacts, runFacts } from "./run-facts.ts";

const MAX_METRICS = 2_000;
const MAX_RUNS = 50;

/** A model that a client logged: parameters, metrics by data, the runs that made or read it, and the versions it became. */
export async function getLoggedModelPage(ctx: CoreContext, input: { modelId: string }) {
  const [row] = await ctx.db
    .select({
      model: loggedModel,
      experiment: { id: experiment.id, name: experiment.name },
      project: { id: project.id, slug: project.slug, title: project.title },
    })
    .from(loggedModel)
    .innerJoin(experiment, eq(experiment.id, loggedModel.experimentId))
    .innerJoin(project, eq(project.id, experiment.projectId))
    .where(eq(loggedModel.id, input.modelId));
  if (!row) throw notFound("Logged model", input.modelId);
  await authorize(ctx, "project.read", { projectId: row.project.id }).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Logged model", input.modelId) : error;
  });
  const { model } = row;
  const metrics = await ctx.db
    .select({
      key: loggedModelMetric.key,
      value: loggedModelMetric.value,
      step: loggedModelMetric.step,
      datasetName: loggedModelMetric.datasetName,
      datasetDigest: loggedModelMetric.datasetDigest,
    })
    .from(loggedModelMetric)
    .where(eq(loggedModelMetric.modelId, model.id))
    .orderBy(asc(loggedModelMetric.key), asc(loggedModelMetric.datasetName), desc(loggedModelMetric.step))
    .limit(MAX_METRICS);
  return {
    id: model.id,
    name: model.name,
    modelType: model.modelType,
    status: model.status,
    tags: model.tags,
    params: model.params,
    createdAt: model.createdAt,
    deletedAt: model.deletedAt,
    experiment: row.experiment,
    project: row.project,
    metrics,
    ...(await selectAround(ctx, model.id, row.project.id)),
    abilities: await projectAbilities(ctx, row.project.id),
  };
}

type Around = { runs: (RunFacts & { direction: "input" | "output" })[]; versions: { modelName: string; version: number }[]; files: number; sizeBytes: number };

/** Only runs and versions of the model's own project: of others the actor may know nothing. */
async function selectAround(ctx: CoreContext, modelId: string, projectId: string): Promise<Around> {
  const { rows } = await ctx.db.execute<{ id: string; direction: "input" | "output" }>(sql`
    select t.id, r.direction from run_logged_model r join tracked_run t on t.id = r.run_id join experiment e on e.id = t.experiment_id
    where r.model_id = ${modelId} and t.deleted_at is null and e.project_id = ${projectId} order by r.direction desc, t.start_time desc limit ${MAX_RUNS}`);
  const directions = new Map(rows.map((row) => [row.id, row.direction]));
  const facts = await runFacts(ctx, [...directions.keys()]);
  const found = await ctx.db.execute<Omit<Around, "runs">>(sql`select
    coalesce((select json_agg(json_build_object('modelName', m.name, 'version', v.version) order by m.name, v.version) from model_version v join registered_model m on m.id = v.model_id
      where v.logged_model_id = ${modelId} and v.deleted_at is null and m.project_id = ${projectId}), '[]'::json) as versions,
    (select count(*)::int from logged_model_file where model_id = ${modelId}) as files,
    (select coalesce(sum(size_bytes), 0)::float8 from logged_model_file where model_id = ${modelId}) as "sizeBytes"`);
  const [around] = found.rows;
  return {
    versions: around?.versions ?? [],
    files: around?.files ?? 0,
    sizeBytes: around?.sizeBytes ?? 0,
    runs: facts.map((run) => ({ ...run, direction: directions.get(run.id) ?? "output" })),
  };
}

export type LoggedModelPage = Awaited<ReturnType<typeof getLoggedModelPage>>;
