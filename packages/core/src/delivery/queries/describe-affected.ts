import { type changeRequest, type deployment, type modelVersion, monitor } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import type { CoreContext } from "../../kernel/context.ts";
import { consumersOf } from "../../serving/index.ts";
import { compareSignatures } from "../domain/signature-fit.ts";

export type AffectedThing = {
  kind: "endpoint" | "consumer" | "monitor" | "deployment";
  name: string;
  detail: string;
  href: string | null;
  requestsPerSecond: number | null;
};

/** What a request would touch besides the deployment itself. */
export async function describeAffected(
  ctx: CoreContext,
  facts: {
    request: typeof changeRequest.$inferSelect;
    deployment: typeof deployment.$inferSelect | null;
    before: typeof modelVersion.$inferSelect | null;
    after: typeof modelVersion.$inferSelect | null;
    requestsPerSecond: number | null;
  },
): Promise<AffectedThing[]> {
  const { request } = facts;
  const endpoint: AffectedThing = {
    kind: "endpoint",
    name: `/serve/${request.deploymentName}`,
    detail: endpointDetail(facts),
    href: facts.deployment ? `/deployments/${request.deploymentName}` : null,
    requestsPerSecond: facts.requestsPerSecond,
  };
  if (!facts.deployment) return [endpoint];
  const monitors = await ctx.db.select({ name: monitor.name }).from(monitor).where(eq(monitor.deploymentId, facts.deployment.id)).limit(20);
  const detail = facts.after ? `Its reference becomes the training data of version ${facts.after.version}.` : "It has nothing to watch any more.";
  const consumers = await consumersOf(ctx, { deploymentId: facts.deployment.id });
  return [
    endpoint,
    ...consumers.map((consumer): AffectedThing => ({
      kind: "consumer",
      name: consumer.name,
      detail: `Called it ${consumer.requests} times, last on ${consumer.lastCalledAt.toISOString().slice(0, 10)}.`,
      href: null,
      requestsPerSecond: null,
    })),
    ...monitors.map((row): AffectedThing => ({
      kind: "monitor",
      name: row.name,
      detail,
      href: `/monitoring/${request.deploymentName}`,
      requestsPerSecond: null,
    })),
  ];
}

function endpointDetail({
  before,
  after,
  deployment: existing,
}: {
  before: typeof modelVersion.$inferSelect | null;
  after: typeof modelVersion.$inferSelect | null;
  deployment: unknown;
}): string {
  if (!after) return "It stops answering.";
  if (!existing || !before) return "It is new.";
  const changes = compareSignatures(before.signature, after.signature);
  return changes.length === 0 ? "Same URL, same signature." : `Same URL; ${changes.map((change) => change.text).join("; ")}.`;
}
