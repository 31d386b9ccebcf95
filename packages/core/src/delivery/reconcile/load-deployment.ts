import { deployment, endpoint, environment, modelVersion, project, registeredModel } from "@trellis/db/schema";
import { eq, inArray } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { DeployTargetCapability } from "../../serving/ports.ts";
import { type DeploymentState, versionOfWorkload } from "../domain/reconcile-plan.ts";
import type { WorkloadVersion } from "./prepare-workload.ts";

/** One deployment with all that reconciliation needs to know of it. */
export type LoadedDeployment = {
  row: typeof deployment.$inferSelect;
  environment: typeof environment.$inferSelect;
  model: typeof registeredModel.$inferSelect;
  /** Versions that are desired, live or at the endpoint, by number. */
  versions: Map<number, WorkloadVersion>;
  state: DeploymentState;
};

/** Reads a deployment from the database and from the target; null when there is none. */
export async function loadDeployment(ctx: CoreContext, deploymentId: string): Promise<LoadedDeployment | null> {
  const [found] = await ctx.db
    .select({ row: deployment, environment, model: registeredModel, repository: project.repository, endpoint })
    .from(deployment)
    .innerJoin(environment, eq(environment.id, deployment.environmentId))
    .innerJoin(registeredModel, eq(registeredModel.id, deployment.modelId))
    .innerJoin(project, eq(project.id, deployment.projectId))
    .leftJoin(endpoint, eq(endpoint.deploymentId, deployment.id))
    .where(eq(deployment.id, deploymentId));
  if (!found) return null;
  const { row, repository } = found;
  const ids = [row.desiredVersionId, row.liveVersionId, found.endpoint?.versionId].filter((id) => id !== null && id !== undefined);
  const rows = ids.length > 0 ? await ctx.db.select().from(modelVersion).where(inArray(modelVersion.id, ids)) : [];
  const numberOf = (id: string | null | undefined): number | null => rows.find((version) => version.id === id)?.version ?? null;
  const observed = await ctx.resolve(DeployTargetCapability).observe();
  const endpointVersion = numberOf(found.endpoint?.versionId);
  return {
    row,
    environment: found.environment,
    model: found.model,
    versions: new Map(rows.map(({ id, version, commit, lockDigest }) => [version, { id, version, commit, lockDigest, repository }])),
    state: {
      name: row.name,
      desiredVersion: numberOf(row.desiredVersionId),
      liveVersion: numberOf(row.liveVersionId),
      endpoint: found.endpoint && endpointVersion !== null ? { version: endpointVersion, address: found.endpoint.address } : null,
      observed: observed.filter((workload) => versionOfWorkload(row.name, workload.name) !== null),
      failures: row.failures,
      retryAtMs: row.retryAt?.getTime() ?? null,
      switchedAtMs: row.liveSince?.getTime() ?? null,
      nowMs: ctx.now().getTime(),
    },
  };
}
