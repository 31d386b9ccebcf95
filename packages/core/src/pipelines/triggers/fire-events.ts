import { pipeline, pipelineTrigger, run } from "@trellis/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { requireProject } from "../../catalog/index.ts";
import { SourceHostCapability } from "../../catalog/ports.ts";
import { enqueueJob } from "../../jobs/index.ts";
import { asSystem, type CoreContext } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import { recordDatasetVersion } from "../../tracking/index.ts";
import type { TriggerSpec } from "../domain/pipeline-spec.ts";
import { type PipelinesFire, pipelinesFire } from "../jobs.ts";
import { filesBelow } from "../run-sources.ts";
import { asTriggerSpec } from "./fire-trigger.ts";

/** A branch of a project's repository has a new head. On `main` its `trellis.yaml` has been registered before. */
export async function firePush(ctx: CoreContext, push: { projectId: string; branch: string; commit: string }): Promise<void> {
  const { projectId, branch, commit } = push;
  if (branch === "main") await recordPushedData(ctx, projectId, commit);
  await fireMatching(ctx, projectId, "push", (spec) =>
    spec.kind === "push" && spec.branch === branch
      ? { key: commit, values: {}, commit, cause: { branch, commit, summary: `${commit.slice(0, 8)} on ${branch}` } }
      : null,
  );
}

/** A dataset has a new version. A run that has brought it is not started again for it. */
export async function fireNewData(ctx: CoreContext, fact: { projectId: string; name: string; versionId: string; digest: string }): Promise<void> {
  const { rows } = await ctx.db.execute<{ pipelineName: string }>(sql`
    select distinct r.pipeline_name as "pipelineName" from lineage_edge e join run r on r.id = e.to_id
    where e.from_kind = 'dataset_version' and e.from_id = ${fact.versionId} and e.to_kind = 'run'`);
  await fireMatching(ctx, fact.projectId, "data", (spec, pipelineName) =>
    spec.kind === "data" && spec.dataset === fact.name && !rows.some((row) => row.pipelineName === pipelineName)
      ? {
          key: fact.versionId,
          values: {},
          cause: { datasetVersionId: fact.versionId, summary: `${fact.name} ${fact.digest.replace("sha256:", "").slice(0, 8)}` },
        }
      : null,
  );
}

/** A run has ended: pipelines that follow it begin. */
export async function fireFollowers(ctx: CoreContext, fact: { runId: string; projectId: string; pipelineName: string; status: string }): Promise<void> {
  if (fact.status === "cancelled") return;
  const [ended] = await ctx.db.select({ number: run.number }).from(run).where(eq(run.id, fact.runId));
  if (!ended) return;
  const end = fact.status === "succeeded" ? "succeeded" : "failed";
  await fireMatching(ctx, fact.projectId, "pipeline", (spec) =>
    spec.kind === "pipeline" && spec.pipeline === fact.pipelineName && (spec.on === "ended" || spec.on === end)
      ? { key: fact.runId, values: {}, cause: { runId: fact.runId, runNumber: ended.number, summary: `${fact.pipelineName} run ${ended.number} ${end}` } }
      : null,
  );
}

/** Asks for the run of every trigger for which `firingOf` gives a firing, all or none. */
async function fireMatching(
  ctx: CoreContext,
  projectId: string,
  kind: TriggerSpec["kind"],
  firingOf: (spec: TriggerSpec, pipelineName: string) => Omit<PipelinesFire, "triggerId"> | null,
): Promise<void> {
  const rows = await ctx.db
    .select({ id: pipelineTrigger.id, spec: pipelineTrigger.spec, pipelineName: pipeline.name })
    .from(pipelineTrigger)
    .innerJoin(pipeline, eq(pipeline.id, pipelineTrigger.pipelineId))
    .where(and(eq(pipelineTrigger.projectId, projectId), eq(pipelineTrigger.kind, kind), isNull(pipelineTrigger.removedAt), isNull(pipelineTrigger.pausedAt)));
  const firings = rows.flatMap((row) => {
    const firing = firingOf(asTriggerSpec(row.spec), row.pipelineName);
    return firing ? [{ triggerId: row.id, ...firing }] : [];
  });
  if (firings.length === 0) return;
  await ctx.db.transaction(async (tx) => {
    for (const firing of firings) await enqueueJob(tx, pipelinesFire, firing, { key: `${firing.triggerId}:${firing.key}` });
  });
}

/** Data in the repository on which something waits becomes a version of its dataset as soon as it is pushed. */
async function recordPushedData(caller: CoreContext, projectId: string, commit: string): Promise<void> {
  const ctx = asSystem(caller, "Triggers");
  const rows = await ctx.db
    .select({ spec: pipelineTrigger.spec })
    .from(pipelineTrigger)
    .where(and(eq(pipelineTrigger.projectId, projectId), eq(pipelineTrigger.kind, "data"), isNull(pipelineTrigger.removedAt)));
  const names = new Set(rows.map((row) => asTriggerSpec(row.spec)).flatMap((spec) => (spec.kind === "data" ? [spec.dataset] : [])));
  if (names.size === 0) return;
  const project = await requireProject(ctx, projectId).catch((error: unknown) => {
    if (isCoreError(error) && error.code === "NOT_FOUND") return null;
    throw error;
  });
  if (!project) return;
  const tree = await ctx.resolve(SourceHostCapability).readTree(project.repository, commit);
  await ctx.db.transaction(async (tx) => {
    for (const name of [...names].toSorted()) {
      const files = filesBelow(tree, name);
      if (files.length > 0) await recordDatasetVersion(tx, ctx, { projectId, name, commit, files });
    }
  });
}
