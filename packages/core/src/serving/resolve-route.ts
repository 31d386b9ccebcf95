import { deployment, endpoint, modelVersion, registeredModel } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";
import type { Route } from "./domain/route.ts";

/**
 * Where requests of a deployment go, or null when there is no such deployment. Not scoped: the gateway checks who may read the
 * project, once for each caller.
 */
export async function resolveRoute(ctx: CoreContext, deploymentName: string): Promise<Route | null> {
  const [row] = await ctx.db
    .select({
      deployment,
      endpoint,
      model: { name: registeredModel.name, framework: registeredModel.framework },
      version: { id: modelVersion.id, version: modelVersion.version, signature: modelVersion.signature },
    })
    .from(deployment)
    .innerJoin(registeredModel, eq(registeredModel.id, deployment.modelId))
    .leftJoin(endpoint, eq(endpoint.deploymentId, deployment.id))
    .leftJoin(modelVersion, eq(modelVersion.id, endpoint.versionId))
    .where(and(eq(deployment.name, deploymentName), eq(deployment.lifecycle, "active")));
  if (!row) return null;
  const { endpoint: published, version } = row;
  return {
    deploymentId: row.deployment.id,
    deploymentName: row.deployment.name,
    projectId: row.deployment.projectId,
    modelName: row.model.name,
    framework: row.model.framework,
    live: published && version ? { versionId: version.id, version: version.version, address: published.address, signature: version.signature } : null,
    message: row.deployment.message,
  };
}
