import { deployment, project } from "@trellis/db/schema";
import { eq, not } from "drizzle-orm";
import { authorize, visibleProjects } from "../identity/index.ts";
import type { CoreContext } from "../kernel/context.ts";

/**
 * Whether the actor may read the environments repository as a whole: it holds the manifests of all projects, so not while a
 * private project is deployed that they are not in.
 */
export async function mayReadManifests(ctx: CoreContext): Promise<boolean> {
  await authorize(ctx, "platform.read");
  const visible = visibleProjects(ctx);
  if (!visible) return true;
  const hidden = await ctx.db
    .select({ id: deployment.id })
    .from(deployment)
    .innerJoin(project, eq(project.id, deployment.projectId))
    .where(not(visible))
    .limit(1);
  return hidden.length === 0;
}
