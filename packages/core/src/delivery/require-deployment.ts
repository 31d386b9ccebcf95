import { deployment, environment, project, registeredModel } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { authorize, type Permission } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { isCoreError, notFound } from "../kernel/errors.ts";

/** A deployment by id or name, e.g. `flight-delays-production`. */
export type FoundDeployment = {
  row: typeof deployment.$inferSelect;
  project: typeof project.$inferSelect;
  environment: typeof environment.$inferSelect;
  model: typeof registeredModel.$inferSelect;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The deployment, if the actor may do this in its project; NOT_FOUND when it is not there or hidden. */
export async function requireDeployment(ctx: CoreContext, idOrName: string, permission: Permission = "project.read"): Promise<FoundDeployment> {
  const [found] = await ctx.db
    .select({ row: deployment, project, environment, model: registeredModel })
    .from(deployment)
    .innerJoin(project, eq(project.id, deployment.projectId))
    .innerJoin(environment, eq(environment.id, deployment.environmentId))
    .innerJoin(registeredModel, eq(registeredModel.id, deployment.modelId))
    .where(UUID.test(idOrName) ? eq(deployment.id, idOrName) : eq(deployment.name, idOrName));
  if (!found) throw notFound("Deployment", idOrName);
  await authorize(ctx, permission, { projectId: found.project.id }).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Deployment", idOrName) : error;
  });
  return found;
}
