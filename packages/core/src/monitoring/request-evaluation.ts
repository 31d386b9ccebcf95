import { deployment, inferenceSegment } from "@trellis/db/schema";
import { and, eq, exists, gt, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAuditEvent } from "../audit/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { monitorEvaluate } from "./jobs.ts";
import { requireWatched } from "./watched-deployment.ts";

/** Traffic comes in bursts: what arrives within this time is judged together. */
const DEBOUNCE_SECONDS = 5;
const PAGE = 500;

/** Answers the fact that rows were logged: asks for an evaluation soon, one for all that arrives meanwhile. */
export async function requestEvaluation(ctx: CoreContext, fact: { deploymentId: string }): Promise<void> {
  await enqueueJob(ctx.db, monitorEvaluate, fact, { key: fact.deploymentId, delaySeconds: DEBOUNCE_SECONDS });
}

/** Asks for an evaluation of every deployment that has traffic; for the slow timer, which closes windows that got no more rows. */
export async function evaluateAllMonitors(ctx: CoreContext): Promise<void> {
  let after = "";
  for (;;) {
    const rows = await ctx.db
      .select({ id: deployment.id, name: deployment.name })
      .from(deployment)
      .where(
        and(
          eq(deployment.lifecycle, "active"),
          gt(deployment.name, after),
          exists(
            ctx.db
              .select({ one: sql`1` })
              .from(inferenceSegment)
              .where(eq(inferenceSegment.deploymentId, deployment.id)),
          ),
        ),
      )
      .orderBy(deployment.name)
      .limit(PAGE);
    for (const { id } of rows) await enqueueJob(ctx.db, monitorEvaluate, { deploymentId: id }, { key: id });
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.name;
  }
}

export const evaluateNowInput = z.object({ deploymentId: z.string().max(200) });

/** Judges the windows of a deployment without waiting for traffic or the timer; the page shows the result when it is there. */
export async function evaluateNow(ctx: CoreContext, input: z.infer<typeof evaluateNowInput>): Promise<void> {
  const watched = await requireWatched(ctx, input.deploymentId, "project.write");
  await ctx.db.transaction(async (tx) => {
    await recordAuditEvent(tx, ctx, {
      action: "monitoring.monitor.evaluate",
      subject: { kind: "deployment", id: watched.id, name: watched.name },
      projectId: watched.project.id,
    });
    await enqueueJob(tx, monitorEvaluate, { deploymentId: watched.id }, { key: watched.id });
  });
}
