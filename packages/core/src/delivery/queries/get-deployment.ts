import { readFile } from "node:fs/promises";
import { deployment, deploymentEvent, endpoint, modelVersion, type SignatureField } from "@trellis/db/schema";
import { desc, eq } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError, notFound } from "../../kernel/errors.ts";
import { consumersOf } from "../../serving/index.ts";
import { DeployTargetCapability } from "../../serving/ports.ts";
import type { EnvironmentRef, ProjectRef } from "./change-request-rows.ts";
import { type DeploymentCard, selectDeploymentCards } from "./deployment-cards.ts";
import { type DeploymentRevisionRow, selectRevisions } from "./deployment-revisions.ts";
import { type ExampleRequests, exampleRequests } from "../domain/example-requests.ts";
import { manifestPath } from "../domain/manifest.ts";
import { versionOfWorkload, workloadName } from "../domain/reconcile-plan.ts";
import { readManifestText } from "../environments-repository.ts";
import { failedLogFile } from "../reconcile/give-up-version.ts";
import { may } from "../require-change-request.ts";
import { type FoundDeployment, requireDeployment } from "../require-deployment.ts";
import { findRollbackTarget } from "../rollback-target.ts";

export const getDeploymentInput = z.object({ deployment: z.string().max(200) });

export type DeploymentDetail = Omit<DeploymentCard, "environment"> & {
  project: ProjectRef;
  environment: EnvironmentRef;
  model: { id: string; name: string };
  createdAt: Date;
  desiredCommit: string | null;
  manifestPath: string;
  /** As git has it now. */
  manifest: string | null;
  endpoint: { ready: boolean; base: string; infer: string; invocations: string };
  signature: { inputs: SignatureField[]; outputs: SignatureField[] } | null;
  example: ExampleRequests;
  revisions: DeploymentRevisionRow[];
  events: { seq: number; kind: string; message: string; at: Date; changeRequestNumber: number | null }[];
  /** People whose programs called it, last first. */
  consumers: Awaited<ReturnType<typeof consumersOf>>;
  rollbackTo: { version: number; versionId: string } | null;
  abilities: { rollback: boolean; liftHold: boolean; remove: boolean; request: boolean };
};

/** One deployment with its history, its address and how to call it. */
export async function getDeployment(ctx: CoreContext, input: z.input<typeof getDeploymentInput>): Promise<DeploymentDetail> {
  const query = getDeploymentInput.parse(input);
  const found = await requireDeployment(ctx, query.deployment);
  const { row } = found;
  const [shown] = await selectDeploymentCards(ctx, eq(deployment.id, row.id), 1);
  if (!shown) throw notFound("Deployment", query.deployment);
  const [published] = await ctx.db.select({ versionId: endpoint.versionId }).from(endpoint).where(eq(endpoint.deploymentId, row.id));
  const versionId = row.liveVersionId ?? row.desiredVersionId;
  const [version] = versionId ? await ctx.db.select().from(modelVersion).where(eq(modelVersion.id, versionId)) : [];
  const target = row.lifecycle === "active" ? await findRollbackTarget(ctx, row) : null;
  const base = `/serve/${row.name}`;
  const path = manifestPath(found.environment.name, row.name);
  return {
    ...shown.card,
    project: shown.project,
    environment: shown.environment,
    model: shown.model,
    createdAt: shown.createdAt,
    desiredCommit: shown.desiredCommit,
    manifestPath: path,
    manifest: await manifestOf(ctx, path),
    endpoint: { ready: published !== undefined, base, infer: `${base}/v2/models/${shown.model.name}/infer`, invocations: `${base}/invocations` },
    signature: version?.signature ?? null,
    example: version ? exampleRequests(version.signature, version.descriptor.example) : { row: null, infer: null, invocations: null },
    revisions: await selectRevisions(ctx, row),
    events: await eventsOf(ctx, row.id),
    consumers: await consumersOf(ctx, { deploymentId: row.id }),
    rollbackTo: target ? { version: target.version, versionId: target.id } : null,
    abilities: await abilitiesOf(ctx, found, target !== null),
  };
}

async function manifestOf(ctx: CoreContext, path: string): Promise<string | null> {
  try {
    return (await readManifestText(ctx, path)).text;
  } catch (error) {
    // The page shows what runs also while git does not answer.
    if (isCoreError(error)) return null;
    throw error;
  }
}

async function eventsOf(ctx: CoreContext, deploymentId: string): Promise<DeploymentDetail["events"]> {
  const rows = await ctx.db.select().from(deploymentEvent).where(eq(deploymentEvent.deploymentId, deploymentId)).orderBy(desc(deploymentEvent.seq)).limit(100);
  return rows.map(({ seq, kind, message, at, changeRequestNumber }) => ({ seq, kind, message, at, changeRequestNumber }));
}

async function abilitiesOf(ctx: CoreContext, { row, project }: FoundDeployment, hasTarget: boolean): Promise<DeploymentDetail["abilities"]> {
  const [write, decide] = await Promise.all([may(ctx, "project.write", project.id), may(ctx, "change-request.decide", project.id)]);
  const isActive = row.lifecycle === "active";
  return { rollback: isActive && hasTarget && (write || decide), liftHold: row.held && (write || decide), remove: isActive && write, request: write };
}

export const deploymentLogInput = z.object({
  deployment: z.string().max(200),
  version: z.coerce.number().int().positive().optional(),
  maxBytes: z.coerce.number().int().min(1_024).max(1_048_576).default(65_536),
});

/** The end of the log of a deployment's process: of the version asked for, else of the one that starts or answers. */
export async function deploymentLog(ctx: CoreContext, input: z.input<typeof deploymentLogInput>): Promise<{ version: number | null; text: string }> {
  const query = deploymentLogInput.parse(input);
  const { row } = await requireDeployment(ctx, query.deployment);
  const target = ctx.resolve(DeployTargetCapability);
  const running = (await target.observe()).flatMap((workload) => versionOfWorkload(row.name, workload.name) ?? []).toSorted((left, right) => right - left);
  const version = query.version ?? (await failedVersion(ctx, row)) ?? running[0] ?? null;
  if (version === null) return { version: null, text: "" };
  const workload = workloadName(row.name, version);
  if (running.includes(version)) return { version, text: await target.readLogs(workload, query.maxBytes) };
  const kept = await readFile(failedLogFile(ctx, workload), "utf8").catch(() => "");
  return { version, text: kept.slice(-query.maxBytes) };
}

/** The version whose start failed, while it is still asked for: its log is what people look for. */
async function failedVersion(ctx: CoreContext, row: typeof deployment.$inferSelect): Promise<number | null> {
  if (row.failures === 0 || row.desiredVersionId === null || row.desiredVersionId === row.liveVersionId) return null;
  const [version] = await ctx.db.select({ version: modelVersion.version }).from(modelVersion).where(eq(modelVersion.id, row.desiredVersionId));
  return version?.version ?? null;
}
