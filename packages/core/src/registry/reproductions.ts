import { modelReproduction, modelVersion, registeredModel, type ReproducedMetric, run } from "@trellis/db/schema";
import { and, desc, eq } from "drizzle-orm";
import { recordAuditEvent } from "../audit/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";

export type Reproduction = typeof modelReproduction.$inferSelect;

/** Writes down that a run repeats a version, in the words of who asked. The same run twice is one. */
export async function openReproduction(
  tx: Transaction,
  ctx: CoreContext,
  opening: { versionId: string; runId: string; tolerance: number; requestedBy: string },
): Promise<void> {
  const [made] = await tx
    .insert(modelReproduction)
    .values({ ...opening, id: ctx.newId(), createdAt: ctx.now() })
    .onConflictDoNothing()
    .returning({ id: modelReproduction.id });
  if (made) await writeDown(tx, ctx, opening.versionId, "registry.model-version.reproduce", { runId: opening.runId, tolerance: opening.tolerance });
}

/** Writes down how a repeated run compares with its version; only once. */
export async function closeReproduction(
  tx: Transaction,
  ctx: CoreContext,
  closing: { runId: string; status: Exclude<Reproduction["status"], "running">; metrics: ReproducedMetric[]; reason: string },
): Promise<void> {
  const { runId, ...result } = closing;
  const [closed] = await tx
    .update(modelReproduction)
    .set({ ...result, endedAt: ctx.now() })
    .where(and(eq(modelReproduction.runId, runId), eq(modelReproduction.status, "running")))
    .returning({ versionId: modelReproduction.versionId });
  if (closed) await writeDown(tx, ctx, closed.versionId, "registry.model-version.reproduced", { runId, status: result.status });
}

/** The times that a version was repeated, newest first, at most 20, with the number of each run. */
export async function reproductionsOf(ctx: CoreContext, versionId: string): Promise<(Omit<Reproduction, "versionId"> & { runNumber: number | null })[]> {
  const rows = await ctx.db
    .select({ row: modelReproduction, runNumber: run.number })
    .from(modelReproduction)
    .leftJoin(run, eq(run.id, modelReproduction.runId))
    .where(eq(modelReproduction.versionId, versionId))
    .orderBy(desc(modelReproduction.id))
    .limit(20);
  return rows.map(({ row: { versionId: _version, ...row }, runNumber }) => ({ ...row, runNumber }));
}

async function writeDown(
  tx: Transaction,
  ctx: CoreContext,
  versionId: string,
  action: `registry.model-version.${string}`,
  data: Record<string, unknown>,
): Promise<void> {
  const [row] = await tx
    .select({ name: registeredModel.name, projectId: registeredModel.projectId, version: modelVersion.version })
    .from(modelVersion)
    .innerJoin(registeredModel, eq(registeredModel.id, modelVersion.modelId))
    .where(eq(modelVersion.id, versionId));
  if (!row) return;
  await recordAuditEvent(tx, ctx, {
    action,
    subject: { kind: "model_version", id: versionId, name: `${row.name} v${row.version}` },
    projectId: row.projectId,
    data,
  });
  await announce(tx, `model-version:${versionId}`);
}
