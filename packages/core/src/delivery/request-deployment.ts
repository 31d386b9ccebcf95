import { deployment, environment, type modelVersion, type registeredModel } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { requireProject } from "../catalog/index.ts";
import { isSlug } from "../kernel/slug.ts";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError, notFound } from "../kernel/errors.ts";
import { requireModelVersion, resolveAlias } from "../registry/index.ts";
import { manifestPath } from "./domain/manifest.ts";
import { evaluateGates, failingGates } from "./domain/policy-gate.ts";
import { type Environment, readManifestText } from "./environments-repository.ts";
import { gatherGateFacts } from "./gate-facts.ts";
import { deploymentNameOf, openChangeRequest, type OpenedChangeRequest } from "./open-change-request.ts";
import { authorOf } from "./require-change-request.ts";

export const requestDeploymentInput = z
  .object({
    versionId: z.uuid().optional(),
    /** Id or name, with `version` or `alias`. */
    model: z.string().max(200).optional(),
    version: z.int().positive().optional(),
    alias: z.string().max(100).optional(),
    environment: z.string().max(64).default("production"),
    reason: z.string().trim().max(4_000).default(""),
  })
  .refine((input) => Boolean(input.versionId) !== Boolean(input.model && (input.version === undefined) !== (input.alias === undefined)), {
    message: "Name the version by versionId, or by model with version or alias.",
    path: ["versionId"],
  });

/**
 * Asks that a version answer in an environment. An alias is resolved once, now. Where an environment wants no approval and no
 * gate fails, it is on its way at once; else it waits for people.
 */
export async function requestDeployment(ctx: CoreContext, input: z.input<typeof requestDeploymentInput>): Promise<OpenedChangeRequest> {
  const query = requestDeploymentInput.parse(input);
  const { version, model } = await findVersion(ctx, query);
  return openDeployRequest(ctx, { version, model, environment: query.environment, reason: query.reason, author: authorOf(ctx), openedByRunId: null });
}

/** The part that people's requests and those of runs share. */
export async function openDeployRequest(
  ctx: CoreContext,
  wish: {
    version: typeof modelVersion.$inferSelect;
    model: typeof registeredModel.$inferSelect;
    environment: string;
    reason: string;
    author: { authorId: string | null; authorName: string };
    openedByRunId: string | null;
  },
): Promise<OpenedChangeRequest> {
  const { version, model } = wish;
  requireStartable(version, model.name);
  const project = await requireProject(ctx, model.projectId, "project.write");
  const environment = await requireEnvironment(ctx, wish.environment);
  const deploymentName = deploymentNameOf(model.name, environment.name);
  if (!isSlug(deploymentName))
    throw new CoreError("INVALID", `A deployment cannot be named ${deploymentName}: use a model name of lower case letters, digits and hyphens, 40 at most.`);
  const current = await currentDeployment(ctx, deploymentName, model.id);
  if (current?.liveVersionId === version.id && current.desiredVersionId === version.id) {
    throw new CoreError("PRECONDITION_FAILED", `${model.name} v${version.version} answers in ${environment.name} already.`);
  }
  const facts = await gatherGateFacts(ctx, { versionId: version.id, deploymentName });
  const gates = evaluateGates(facts);
  const { text } = await readManifestText(ctx, manifestPath(environment.name, deploymentName));
  const isFree = environment.approvalsRequired === 0 && failingGates(gates).length === 0;
  return ctx.db.transaction((tx) =>
    openChangeRequest(tx, ctx, {
      kind: "deploy",
      project,
      environment,
      deploymentName,
      model,
      version,
      previousVersionId: current?.liveVersionId ?? null,
      manifestBefore: text,
      gates,
      reason: wish.reason,
      author: wish.author,
      openedByRunId: wish.openedByRunId,
      status: isFree ? "approved" : "open",
    }),
  );
}

/** A version is started from the code at its commit, with the packages of its lock file. PRECONDITION_FAILED for one that has neither. */
function requireStartable(version: typeof modelVersion.$inferSelect, modelName: string): void {
  if (version.commit !== null && version.lockDigest !== null) return;
  throw new CoreError(
    "PRECONDITION_FAILED",
    `${modelName} v${version.version} was registered by a client, without a commit and locked packages, so the portal cannot start it. Train it in a pipeline that registers it, and deploy that version.`,
  );
}

/** The environment of this name; NOT_FOUND lists those that are there. */
export async function requireEnvironment(ctx: CoreContext, name: string): Promise<Environment> {
  const all = await ctx.db.select().from(environment).limit(50);
  const found = all.find((candidate) => candidate.name === name);
  if (!found) throw new CoreError("NOT_FOUND", `Environment ${name} was not found. There is: ${all.map((candidate) => candidate.name).join(", ") || "none"}.`);
  return found;
}

async function currentDeployment(ctx: CoreContext, name: string, modelId: string): Promise<typeof deployment.$inferSelect | null> {
  const [row] = await ctx.db
    .select()
    .from(deployment)
    .where(and(eq(deployment.name, name)));
  if (!row) return null;
  // `a-b` in `c` and `a` in `b-c` would share a name.
  if (row.modelId !== modelId) throw new CoreError("CONFLICT", `The deployment ${name} belongs to another model. Rename one of the models.`);
  return row.lifecycle === "active" ? row : null;
}

async function findVersion(ctx: CoreContext, query: z.output<typeof requestDeploymentInput>) {
  if (query.versionId) return requireModelVersion(ctx, { versionId: query.versionId });
  const model = query.model ?? "";
  if (query.version !== undefined) return requireModelVersion(ctx, { model, version: query.version });
  if (query.alias === undefined) throw notFound("Model version", model);
  const { versionId } = await resolveAlias(ctx, { model, alias: query.alias });
  return requireModelVersion(ctx, { versionId });
}
