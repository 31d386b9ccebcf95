import { changeRequest, deployment, environment, modelVersion, project, registeredModel } from "@trellis/db/schema";
import { and, eq, inArray } from "drizzle-orm";
import { SourceHostCapability } from "../../catalog/ports.ts";
import { enqueueJob } from "../../jobs/index.ts";
import { announce } from "../../kernel/changes.ts";
import type { CoreContext, Transaction } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import { DeployTargetCapability, type ObservedWorkload } from "../../serving/ports.ts";
import { changeNumber, type Manifest, parseManifest } from "../domain/manifest.ts";
import { workloadName } from "../domain/reconcile-plan.ts";
import { ENVIRONMENTS_BRANCH, ENVIRONMENTS_REPOSITORY } from "../environments-repository.ts";
import { deploymentReconcile } from "../jobs.ts";
import { recordDeploymentEvent } from "../record-events.ts";
import { readManifests } from "./read-manifests.ts";

type DeploymentRow = typeof deployment.$inferSelect;
type Desired = { manifest: Manifest; versionId: string; version: number; commit: string } | { problem: string };

/**
 * Answers job `environment.reconcile`: reads what git says at the head of the environments repository, writes it down as what
 * each deployment should be, and puts those to work that are not so yet. Changes nothing in the world itself.
 */
export async function reconcileEnvironment(ctx: CoreContext, input: { environmentId: string }): Promise<void> {
  const [row] = await ctx.db.select().from(environment).where(eq(environment.id, input.environmentId));
  if (!row) return;
  const desired = await readDesired(ctx, row.name);
  if (!desired) return;
  const observed = new Map((await ctx.resolve(DeployTargetCapability).observe()).map((workload) => [workload.name, workload]));
  const known = await ctx.db.select().from(deployment).where(eq(deployment.environmentId, row.id));
  const rows = new Map(known.map((existing) => [existing.name, existing]));
  for (const [name, wish] of desired) {
    if (!rows.has(name)) await adopt(ctx, row.id, name, wish);
  }
  const all = await ctx.db.select().from(deployment).where(eq(deployment.environmentId, row.id));
  for (const existing of all) await syncDeployment(ctx, existing, desired.get(existing.name) ?? null, observed);
}

/** What git says, by deployment; null while the repository has no commit. */
async function readDesired(ctx: CoreContext, environmentName: string): Promise<Map<string, Desired> | null> {
  const host = ctx.resolve(SourceHostCapability);
  const head = await host.head(ENVIRONMENTS_REPOSITORY, ENVIRONMENTS_BRANCH);
  if (!head) return null;
  const desired = new Map<string, Desired>();
  for (const { name, path, text } of await readManifests(host, environmentName, head.commit)) {
    desired.set(name, await understand(ctx, name, path, text, head.commit));
  }
  return desired;
}

/** Finds what a manifest names. A version whose content is not what git says is never started. */
async function understand(ctx: CoreContext, name: string, file: string, text: string, head: string): Promise<Desired> {
  try {
    const manifest = parseManifest(text, file);
    if (manifest.name !== name) return { problem: `${file}: name is ${manifest.name}, but the file is named ${name}.` };
    const [found] = await ctx.db
      .select({ id: modelVersion.id, digest: modelVersion.digest, project: project.slug })
      .from(modelVersion)
      .innerJoin(registeredModel, eq(registeredModel.id, modelVersion.modelId))
      .innerJoin(project, eq(project.id, registeredModel.projectId))
      .where(and(eq(registeredModel.name, manifest.model.name), eq(modelVersion.version, manifest.model.version)));
    if (!found || found.project !== manifest.project)
      return { problem: `${file}: ${manifest.model.name} v${manifest.model.version} of project ${manifest.project} is not registered.` };
    if (found.digest !== manifest.model.digest)
      return { problem: `${file}: the digest is not that of ${manifest.model.name} v${manifest.model.version}; nothing is started from it.` };
    const [request] = await ctx.db
      .select({ commit: changeRequest.commit })
      .from(changeRequest)
      .where(eq(changeRequest.number, changeNumber(manifest)));
    return { manifest, versionId: found.id, version: manifest.model.version, commit: request?.commit ?? head };
  } catch (error) {
    if (isCoreError(error) && error.code === "INVALID") return { problem: error.message };
    throw error;
  }
}

/** A manifest without a row: its commit was made, but the portal died before it wrote that down. */
async function adopt(ctx: CoreContext, environmentId: string, name: string, wish: Desired): Promise<void> {
  if ("problem" in wish) return ctx.log.warn({ deployment: name, problem: wish.problem }, "a manifest cannot be read");
  const [model] = await ctx.db.select().from(registeredModel).where(eq(registeredModel.name, wish.manifest.model.name));
  if (!model) return;
  const now = ctx.now();
  await ctx.db
    .insert(deployment)
    .values({
      id: ctx.newId(),
      name,
      projectId: model.projectId,
      environmentId,
      modelId: model.id,
      sync: "out_of_sync",
      health: "progressing",
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoNothing();
}

async function syncDeployment(ctx: CoreContext, row: DeploymentRow, wish: Desired | null, observed: Map<string, ObservedWorkload>): Promise<void> {
  if (row.lifecycle === "removed" && wish === null) return;
  await ctx.db.transaction(async (tx) => {
    if (wish && "problem" in wish) return writeProblem(tx, ctx, row, wish.problem);
    const isChanged = row.desiredVersionId !== (wish?.versionId ?? null) || row.desiredCommit !== (wish?.commit ?? null) || row.lifecycle === "removed";
    if (isChanged) await writeDesired(tx, ctx, row, wish);
    const workload = wish ? observed.get(workloadName(row.name, wish.version)) : undefined;
    const isSettled = !isChanged && row.sync === "synced" && row.health === "healthy" && workload?.state === "ready" && !(await hasCommitted(tx, row.name));
    if (!isSettled) await enqueueJob(tx, deploymentReconcile, { deploymentId: row.id }, { key: row.id });
  });
}

async function writeDesired(tx: Transaction, ctx: CoreContext, row: DeploymentRow, wish: Exclude<Desired, { problem: string }> | null): Promise<void> {
  const isOtherVersion = row.desiredVersionId !== (wish?.versionId ?? null);
  await tx
    .update(deployment)
    .set({
      desiredVersionId: wish?.versionId ?? null,
      desiredCommit: wish?.commit ?? null,
      lifecycle: wish ? "active" : row.lifecycle,
      sync: "out_of_sync",
      updatedAt: ctx.now(),
      // Another version, or the same asked for again: it gets a fresh start.
      failures: 0,
      retryAt: null,
    })
    .where(eq(deployment.id, row.id));
  if (isOtherVersion) {
    const message = wish ? `Git asks for version ${wish.version}.` : "Git asks for nothing here any more.";
    await recordDeploymentEvent(tx, ctx, {
      deploymentId: row.id,
      kind: "out_of_sync",
      message,
      changeRequestNumber: wish ? changeNumber(wish.manifest) : null,
    });
  }
  await announce(tx, `deployment:${row.id}`, "deployments");
}

async function writeProblem(tx: Transaction, ctx: CoreContext, row: DeploymentRow, problem: string): Promise<void> {
  if (row.sync === "unknown" && row.message === problem) return;
  await tx.update(deployment).set({ sync: "unknown", message: problem, updatedAt: ctx.now() }).where(eq(deployment.id, row.id));
  await recordDeploymentEvent(tx, ctx, { deploymentId: row.id, kind: "out_of_sync", message: problem });
}

async function hasCommitted(tx: Transaction, deploymentName: string): Promise<boolean> {
  const [row] = await tx
    .select({ id: changeRequest.id })
    .from(changeRequest)
    .where(and(eq(changeRequest.deploymentName, deploymentName), inArray(changeRequest.status, ["committed"])))
    .limit(1);
  return row !== undefined;
}
