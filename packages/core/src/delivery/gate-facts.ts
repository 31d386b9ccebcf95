import { deployment, modelVersion, modelVersionFile, project, registeredModel, run } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";
import { filesDigest } from "../tracking/index.ts";
import { ArtifactStoreCapability } from "../tracking/ports.ts";
import type { GateFacts, GateVersion } from "./domain/policy-gate.ts";

/** Files whose presence is asked of the store at the same time. */
const STATS_AT_ONCE = 16;

/** Collects what the gates judge by, as it is now. Asks the artifact store, so it must not run in a transaction. */
export async function gatherGateFacts(ctx: CoreContext, target: { versionId: string; deploymentName: string }): Promise<GateFacts> {
  const [row] = await ctx.db
    .select({ version: modelVersion, model: registeredModel, run, projectSlug: project.slug })
    .from(modelVersion)
    .innerJoin(registeredModel, eq(registeredModel.id, modelVersion.modelId))
    .innerJoin(project, eq(project.id, registeredModel.projectId))
    .leftJoin(run, eq(run.id, modelVersion.runId))
    .where(eq(modelVersion.id, target.versionId));
  if (!row) throw new Error(`Model version ${target.versionId} is gone.`);
  const [live] = await ctx.db
    .select({ version: modelVersion })
    .from(deployment)
    .innerJoin(modelVersion, eq(modelVersion.id, deployment.liveVersionId))
    .where(and(eq(deployment.name, target.deploymentName), eq(deployment.lifecycle, "active")));
  const { cause } = row.run ?? {};
  return {
    modelName: row.model.name,
    deploymentName: target.deploymentName,
    candidate: gateVersion(row.version),
    live: live ? gateVersion(live.version) : null,
    run: row.run ? { number: row.run.number, status: row.run.status, projectSlug: row.projectSlug } : null,
    files: await inspectFiles(ctx, target.versionId),
    drift: row.run?.triggerKind === "drift" ? { summary: causeText(cause, "summary") ?? "Started by a drift alert.", href: alertHref(cause) } : null,
  };
}

async function inspectFiles(ctx: CoreContext, versionId: string): Promise<GateFacts["files"]> {
  const files = await ctx.db.select().from(modelVersionFile).where(eq(modelVersionFile.versionId, versionId));
  const store = ctx.resolve(ArtifactStoreCapability);
  const missing: string[] = [];
  for (let at = 0; at < files.length; at += STATS_AT_ONCE) {
    const found = await Promise.all(files.slice(at, at + STATS_AT_ONCE).map(async (file) => ({ file, blob: await store.stat(file.digest) })));
    for (const { file, blob } of found) if (blob?.sizeBytes !== file.sizeBytes) missing.push(file.path);
  }
  return { count: files.length, digest: filesDigest(files), missing };
}

function gateVersion(version: typeof modelVersion.$inferSelect): GateVersion {
  const { id, version: number, digest, status, metrics, signature, card, commit, dataDigest, params, lockDigest } = version;
  return { id, version: number, digest, archived: status === "archived", metrics, signature, card, commit, dataDigest, params, lockDigest };
}

function alertHref(cause: Record<string, unknown> | undefined): string | null {
  const alertId = causeText(cause, "alertId");
  return alertId ? `/monitoring/alerts/${alertId}` : null;
}

function causeText(cause: Record<string, unknown> | undefined, key: string): string | null {
  const value = cause?.[key];
  return typeof value === "string" ? value : null;
}
