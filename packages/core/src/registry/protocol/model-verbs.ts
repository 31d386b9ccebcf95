import { modelVersion, registeredModel } from "@trellis/db/schema";
import { and, eq, isNull } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import { ensurePersonalProject, requireProject } from "../../catalog/index.ts";
import { authorize } from "../../identity/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import { CoreError, notFound } from "../../kernel/errors.ts";
import { modelNameProblem } from "../domain/model-name.ts";
import type { RegisteredModel } from "../require-model.ts";
import { tellWebhooks } from "../webhooks/tell-webhooks.ts";
import { refuseWhileDeployed } from "../refuse-while-deployed.ts";
import { type KeyValue, REGISTRY_LIMITS, requireText, tagRecord } from "./limits.ts";
import { loadProtocolModel, type ProtocolModel } from "./records.ts";
import { orMissing, requireModelNamed } from "./require-named.ts";

/** Where a client works: in a project, or as a person (then what it makes belongs to the personal project). */
export type RegistryScope = { projectId: string | null };

/** Makes a registered model without versions. CONFLICT when the name is taken, in whatever project. */
export async function createRegisteredModel(
  ctx: CoreContext,
  input: { scope: RegistryScope; name: string; description?: string | null; tags?: KeyValue[] },
): Promise<ProtocolModel> {
  requireName(input.name);
  const description = input.description ?? "";
  requireText(description, "description", REGISTRY_LIMITS.description);
  const tags = tagRecord(input.tags ?? []);
  const projectId = input.scope.projectId ?? (await ensurePersonalProject(ctx));
  await authorize(ctx, "project.write", { projectId });
  return ctx.db.transaction(async (tx) => {
    const [made] = await tx
      .insert(registeredModel)
      .values({ id: ctx.newId(), projectId, name: input.name, description, tags, createdBy: ctx.actor.name, createdAt: ctx.now(), updatedAt: ctx.now() })
      .onConflictDoNothing()
      .returning();
    if (!made) throw nameTaken(input.name);
    await writeDown(tx, ctx, made, "registry.model.create", {});
    await tellWebhooks(tx, ctx, made.id, { kind: "model-created", description, tags });
    return loadProtocolModel({ db: tx }, made.id);
  });
}

/** A registered model by its name. */
export async function getRegisteredModel(ctx: CoreContext, input: { name: string }): Promise<ProtocolModel> {
  const model = await requireModelNamed(ctx, input.name, "project.read");
  return loadProtocolModel(ctx, model.id);
}

/** Gives a model another name. CONFLICT when it is taken, PRECONDITION_FAILED while something is deployed under the old one. */
export async function renameRegisteredModel(ctx: CoreContext, input: { name: string; newName: string }): Promise<ProtocolModel> {
  requireName(input.newName);
  const model = await requireModelNamed(ctx, input.name, "project.write");
  return ctx.db.transaction(async (tx) => {
    await refuseWhileDeployed(tx, { modelId: model.id, name: model.name, what: "be renamed" });
    await tx
      .update(registeredModel)
      .set({ name: input.newName, updatedAt: ctx.now() })
      .where(eq(registeredModel.id, model.id))
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? nameTaken(input.newName) : error;
      });
    await writeDown(tx, ctx, { ...model, name: input.newName }, "registry.model.rename", { from: model.name });
    return loadProtocolModel({ db: tx }, model.id);
  });
}

/** Describes a model. */
export async function describeRegisteredModel(ctx: CoreContext, input: { name: string; description?: string | null }): Promise<ProtocolModel> {
  const description = input.description ?? "";
  requireText(description, "description", REGISTRY_LIMITS.description);
  const model = await requireModelNamed(ctx, input.name, "project.write");
  return ctx.db.transaction(async (tx) => {
    await tx.update(registeredModel).set({ description, updatedAt: ctx.now() }).where(eq(registeredModel.id, model.id));
    await writeDown(tx, ctx, model, "registry.model.update", { description });
    return loadProtocolModel({ db: tx }, model.id);
  });
}

/**
 * Deletes a model with all its versions; its name is free at once. It can be brought back until retention removes it.
 * PRECONDITION_FAILED while one of its versions is deployed or on its way.
 */
export async function deleteRegisteredModel(ctx: CoreContext, input: { name: string }): Promise<void> {
  const model = await requireModelNamed(ctx, input.name, "project.write");
  await ctx.db.transaction(async (tx) => {
    await tx.select({ id: registeredModel.id }).from(registeredModel).where(eq(registeredModel.id, model.id)).for("update");
    await refuseWhileDeployed(tx, { modelId: model.id, name: model.name, what: "be deleted" });
    const at = ctx.now();
    await tx.update(registeredModel).set({ deletedAt: at }).where(eq(registeredModel.id, model.id));
    await tx
      .update(modelVersion)
      .set({ deletedAt: at })
      .where(and(eq(modelVersion.modelId, model.id), isNull(modelVersion.deletedAt)));
    await writeDown(tx, ctx, model, "registry.model.delete", {});
  });
}

/** Brings a deleted model back, with the versions that went with it. CONFLICT when another has its name now. */
export async function restoreModel(ctx: CoreContext, input: { modelId: string }): Promise<void> {
  const [model] = await ctx.db.select().from(registeredModel).where(eq(registeredModel.id, input.modelId));
  const missing = notFound("Model", input.modelId);
  if (!model) throw missing;
  await orMissing(authorize(ctx, "project.write", { projectId: model.projectId }), missing);
  await ctx.db.transaction(async (tx) => {
    const [locked] = await tx.select().from(registeredModel).where(eq(registeredModel.id, model.id)).for("update");
    if (!locked?.deletedAt) return;
    await tx
      .update(registeredModel)
      .set({ deletedAt: null })
      .where(eq(registeredModel.id, model.id))
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? nameTaken(model.name) : error;
      });
    await tx
      .update(modelVersion)
      .set({ deletedAt: null })
      .where(and(eq(modelVersion.modelId, model.id), eq(modelVersion.deletedAt, locked.deletedAt)));
    await writeDown(tx, ctx, model, "registry.model.restore", {});
  });
}

/** Moves a model to another project: write permission on both. PRECONDITION_FAILED while something of it is deployed. */
export async function moveModel(ctx: CoreContext, input: { model: string; project: string }): Promise<void> {
  const model = await requireModelNamed(ctx, input.model, "project.write");
  const target = await requireProject(ctx, input.project, "project.write");
  if (target.id === model.projectId) return;
  await ctx.db.transaction(async (tx) => {
    await refuseWhileDeployed(tx, { modelId: model.id, name: model.name, what: "be moved" });
    await tx.update(registeredModel).set({ projectId: target.id, updatedAt: ctx.now() }).where(eq(registeredModel.id, model.id));
    await writeDown(tx, ctx, { ...model, projectId: target.id }, "registry.model.move", { from: model.projectId });
    await announce(tx, `models:${model.projectId}`);
  });
}

function requireName(name: string): void {
  const problem = modelNameProblem(name);
  if (problem) throw new CoreError("INVALID", problem, { issues: [{ path: "name", message: problem }] });
}

function nameTaken(name: string): CoreError {
  return new CoreError("CONFLICT", `Registered Model (name=${name}) already exists.`, { issues: [{ path: "name", message: "This name is taken." }] });
}

function isUniqueViolation(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : null;
  return typeof cause === "object" && cause !== null && "code" in cause && cause.code === "23505";
}

async function writeDown(
  tx: Transaction,
  ctx: CoreContext,
  model: Pick<RegisteredModel, "id" | "name" | "projectId">,
  action: `registry.model.${string}`,
  data: Record<string, unknown>,
): Promise<void> {
  await recordAuditEvent(tx, ctx, { action, subject: { kind: "registered_model", id: model.id, name: model.name }, projectId: model.projectId, data });
  await announce(tx, `models:${model.projectId}`, `project:${model.projectId}`);
}
