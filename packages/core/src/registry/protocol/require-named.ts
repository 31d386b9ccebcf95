import { modelVersion, registeredModel } from "@trellis/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { authorize, type Permission } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { CoreError, isCoreError } from "../../kernel/errors.ts";
import type { ModelVersion, RegisteredModel } from "../require-model.ts";

/** A version as clients of the MLflow protocol name one. */
export type NamedVersion = { model: string; version: number };

const MAX_VERSION = 2_147_483_647;

/** The model of this name, if the actor may do this in its project. NOT_FOUND, in the protocol's words, when it is not there or hidden. */
export async function requireModelNamed(ctx: CoreContext, name: string, permission: Permission): Promise<RegisteredModel> {
  const [model] = await ctx.db
    .select()
    .from(registeredModel)
    .where(and(eq(registeredModel.name, name), isNull(registeredModel.deletedAt)));
  if (!model) throw modelNotFound(name);
  await orMissing(authorize(ctx, permission, { projectId: model.projectId }), modelNotFound(name));
  return model;
}

/** The same for a version, with its model. */
export async function requireVersionNamed(
  ctx: CoreContext,
  named: NamedVersion,
  permission: Permission,
): Promise<{ model: RegisteredModel; version: ModelVersion }> {
  const missing = versionNotFound(named);
  // Beyond what the column holds there can be none.
  if (named.version < 1 || named.version > MAX_VERSION) throw missing;
  const [row] = await ctx.db
    .select({ model: registeredModel, version: modelVersion })
    .from(registeredModel)
    .innerJoin(modelVersion, eq(modelVersion.modelId, registeredModel.id))
    .where(
      and(eq(registeredModel.name, named.model), isNull(registeredModel.deletedAt), eq(modelVersion.version, named.version), isNull(modelVersion.deletedAt)),
    );
  if (!row) throw missing;
  await orMissing(authorize(ctx, permission, { projectId: row.model.projectId }), missing);
  return row;
}

/** The refusal of a model that is not there. */
export function modelNotFound(name: string): CoreError {
  return new CoreError("NOT_FOUND", `Registered Model with name=${name} not found`);
}

/** The refusal of a version that is not there. */
export function versionNotFound({ model, version }: NamedVersion): CoreError {
  return new CoreError("NOT_FOUND", `Model Version (name=${model}, version=${version}) not found`);
}

/** Says of what lies in a hidden project that it is not there. */
export async function orMissing(check: Promise<void>, missing: CoreError): Promise<void> {
  await check.catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? missing : error;
  });
}
