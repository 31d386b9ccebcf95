import { dataset, datasetVersion, runDataset, runLoggedModel } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { recordEdge } from "../../lineage/index.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import { CoreError } from "../../kernel/errors.ts";
import { invalidValue, type KeyValue, LIMITS, requireAtMost, requireInt64, requireText } from "../domain/limits.ts";
import { requireLoggedModel, requireTrackedRun } from "../rights.ts";
import { inActiveRun } from "./update-tracked-run.ts";

/** A dataset as a client tells of it: where it lies and what is in it, in its own words. */
export type ToldDataset = {
  name: string;
  digest: string;
  sourceType: string;
  source: string;
  schema?: string | null;
  profile?: string | null;
  /** What the run used it for, e.g. `mlflow.data.context`. */
  tags?: readonly KeyValue[];
};

/**
 * Writes down the datasets and logged models that a run reads. A dataset is known by name and digest in the project; telling
 * of it again changes neither it nor the tags of its use. Lineage leads from the dataset's version to the run.
 */
export async function logInputs(
  ctx: CoreContext,
  input: { runId: string; datasets?: readonly ToldDataset[]; models?: readonly { modelId: string }[] },
): Promise<void> {
  const { datasets = [], models = [] } = input;
  requireAtMost(datasets.length, LIMITS.datasets, "datasets");
  datasets.forEach(requireDataset);
  const home = await requireTrackedRun(ctx, input.runId, "project.write");
  for (const { modelId } of models) await requireLoggedModel(ctx, modelId, "project.read");
  await inActiveRun(ctx, input.runId, home, async (tx) => {
    // In one order, so that two runs that tell of the same data do not wait for each other.
    for (const told of datasets.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name))))
      await recordUse(tx, ctx, input.runId, home.projectId, told);
    if (models.length > 0)
      await tx
        .insert(runLoggedModel)
        .values(models.map(({ modelId }) => ({ runId: input.runId, modelId, direction: "input" as const })))
        .onConflictDoNothing();
  });
}

/** Writes down the logged models that a run made, each with the step; the last step of a model stays. */
export async function logOutputs(ctx: CoreContext, input: { runId: string; models: readonly { modelId: string; step: bigint }[] }): Promise<void> {
  input.models.forEach(({ step }, index) => requireStep(step, index));
  const home = await requireTrackedRun(ctx, input.runId, "project.write");
  for (const { modelId } of input.models) await requireLoggedModel(ctx, modelId, "project.read");
  await inActiveRun(ctx, input.runId, home, async (tx) => {
    for (const { modelId, step } of input.models) {
      await tx
        .insert(runLoggedModel)
        .values({ runId: input.runId, modelId, direction: "output", step: Number(step) })
        .onConflictDoUpdate({ target: [runLoggedModel.runId, runLoggedModel.modelId, runLoggedModel.direction], set: { step: Number(step) } });
      await recordEdge(tx, ctx, {
        from: { kind: "run", id: input.runId },
        to: { kind: "logged_model", id: modelId },
        relation: "produced",
        projectId: home.projectId,
      });
    }
  });
}

function requireStep(step: bigint, index: number): void {
  const field = `models[${index}].step`;
  requireInt64(step, field);
  if (step !== BigInt(Number(step))) throw invalidValue(field, step, "A step of a model is a number that needs no more than 53 bits.");
}

async function recordUse(tx: Transaction, ctx: CoreContext, runId: string, projectId: string, told: ToldDataset): Promise<void> {
  const { name, digest, sourceType, source, schema = null, profile = null, tags = [] } = told;
  await tx.insert(dataset).values({ id: ctx.newId(), projectId, name, createdAt: ctx.now() }).onConflictDoNothing();
  const [set] = await tx
    .select({ id: dataset.id })
    .from(dataset)
    .where(and(eq(dataset.projectId, projectId), eq(dataset.name, name)));
  if (!set) throw new Error(`Dataset ${name} of project ${projectId} vanished while it was recorded`);
  await tx
    .insert(datasetVersion)
    .values({ id: ctx.newId(), datasetId: set.id, digest, files: [], sizeBytes: 0, sourceType, source, schema, profile, createdAt: ctx.now() })
    .onConflictDoNothing();
  const [version] = await tx
    .select({ id: datasetVersion.id })
    .from(datasetVersion)
    .where(and(eq(datasetVersion.datasetId, set.id), eq(datasetVersion.digest, digest)));
  if (!version) throw new Error(`Version ${digest} of dataset ${name} vanished while it was recorded`);
  await tx
    .insert(runDataset)
    .values({ runId, datasetVersionId: version.id, tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) })
    .onConflictDoNothing();
  await recordEdge(tx, ctx, { from: { kind: "dataset_version", id: version.id }, to: { kind: "run", id: runId }, relation: "trained_on", projectId });
}

function requireDataset(told: ToldDataset, index: number): void {
  const field = `datasets[${index}].dataset`;
  for (const [name, value] of [
    ["name", told.name],
    ["digest", told.digest],
  ] as const)
    if (value === "") throw new CoreError("INVALID", `'${field}.${name}' cannot be empty.`);
  requireText(told.name, `${field}.name`, LIMITS.datasetName);
  requireText(told.digest, `${field}.digest`, LIMITS.datasetDigest);
  requireText(told.sourceType, `${field}.source_type`, LIMITS.inputTagValue);
  requireText(told.source, `${field}.source`, LIMITS.datasetSource);
  requireText(told.schema ?? "", `${field}.schema`, LIMITS.datasetSchema);
  requireText(told.profile ?? "", `${field}.profile`, LIMITS.datasetProfile);
  for (const tag of told.tags ?? []) {
    requireText(tag.key, `datasets[${index}].tags.key`, LIMITS.inputTagKey);
    requireText(tag.value, `datasets[${index}].tags.value`, LIMITS.inputTagValue);
  }
}
