import { deploymentConsumer } from "@trellis/db/schema";
import { desc, eq } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";

/** Who called a deployment, last first, at most 100. Not scoped: the caller has the deployment already. */
export async function consumersOf(ctx: CoreContext, input: { deploymentId: string }) {
  return ctx.db
    .select({
      userId: deploymentConsumer.userId,
      name: deploymentConsumer.name,
      requests: deploymentConsumer.requests,
      firstCalledAt: deploymentConsumer.firstCalledAt,
      lastCalledAt: deploymentConsumer.lastCalledAt,
    })
    .from(deploymentConsumer)
    .where(eq(deploymentConsumer.deploymentId, input.deploymentId))
    .orderBy(desc(deploymentConsumer.lastCalledAt))
    .limit(100);
}
