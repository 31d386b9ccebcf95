import { type deployment, deploymentRevision, modelVersion } from "@trellis/db/schema";
import { and, desc, eq, isNotNull } from "drizzle-orm";
import type { Database, Transaction } from "../kernel/context.ts";

type ReturnPoint = typeof modelVersion.$inferSelect;

/**
 * Where "roll back" leads: while git asks for a version that does not answer, back to what does; else to the version that
 * answered before this one. With `toVersion`, to that one, if it ever answered here. Null when there is no such version.
 */
export async function findRollbackTarget(
  ctx: { db: Database | Transaction },
  row: typeof deployment.$inferSelect,
  toVersion?: number,
): Promise<ReturnPoint | null> {
  const served = await ctx.db
    .select({ version: modelVersion })
    .from(deploymentRevision)
    .innerJoin(modelVersion, eq(modelVersion.id, deploymentRevision.versionId))
    .where(and(eq(deploymentRevision.deploymentId, row.id), isNotNull(deploymentRevision.liveAt)))
    .orderBy(desc(deploymentRevision.liveAt))
    .limit(100);
  const versions = served.map(({ version }) => version).filter((version) => version.status === "ready");
  if (toVersion !== undefined) return versions.find((version) => version.version === toVersion && version.id !== row.desiredVersionId) ?? null;
  const isStuck = row.liveVersionId !== null && row.desiredVersionId !== row.liveVersionId;
  if (isStuck) return versions.find((version) => version.id === row.liveVersionId) ?? null;
  return versions.find((version) => version.id !== row.liveVersionId && version.id !== row.desiredVersionId) ?? null;
}
