import { modelVersion, registeredModel } from "@trellis/db/schema";
import { and, eq, isNull, or, type SQL } from "drizzle-orm";
import { authorize, type Permission } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { isCoreError, notFound } from "../kernel/errors.ts";

export type RegisteredModel = typeof registeredModel.$inferSelect;
export type ModelVersion = typeof modelVersion.$inferSelect;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The model of this id or name, if the actor may do this in its project; NOT_FOUND when it is not there or hidden. */
export async function requireModel(ctx: CoreContext, idOrName: string, permission: Permission = "project.read"): Promise<RegisteredModel> {
  const [model] = await ctx.db
    .select()
    .from(registeredModel)
    .where(and(named(idOrName), isNull(registeredModel.deletedAt)));
  if (!model) throw notFound("Model", idOrName);
  await authorizeAs(ctx, permission, model.projectId, () => notFound("Model", idOrName));
  return model;
}

export type VersionReference = { versionId: string } | { model: string; version: number };

/** A version by its id, or by model and number, with its model. */
export async function requireModelVersion(
  ctx: CoreContext,
  reference: VersionReference,
  permission: Permission = "project.read",
): Promise<{ version: ModelVersion; model: RegisteredModel }> {
  const name = "versionId" in reference ? reference.versionId : `${reference.model} v${reference.version}`;
  const condition =
    "versionId" in reference ? eq(modelVersion.id, reference.versionId) : and(named(reference.model), eq(modelVersion.version, reference.version));
  const [row] = await ctx.db
    .select({ version: modelVersion, model: registeredModel })
    .from(modelVersion)
    .innerJoin(registeredModel, eq(registeredModel.id, modelVersion.modelId))
    .where(and(condition, isNull(modelVersion.deletedAt), isNull(registeredModel.deletedAt)));
  if (!row) throw notFound("Model version", name);
  await authorizeAs(ctx, permission, row.model.projectId, () => notFound("Model version", name));
  return row;
}

/** Some name may look like an id. */
function named(idOrName: string): SQL | undefined {
  const byName = eq(registeredModel.name, idOrName);
  return UUID.test(idOrName) ? or(eq(registeredModel.id, idOrName), byName) : byName;
}

async function authorizeAs(ctx: CoreContext, permission: Permission, projectId: string, hidden: () => Error): Promise<void> {
  await authorize(ctx, permission, { projectId }).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? hidden() : error;
  });
}
