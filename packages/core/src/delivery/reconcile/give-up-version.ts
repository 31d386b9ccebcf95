import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { changeRequest, deployment } from "@trellis/db/schema";
import { and, eq } from "drizzle-orm";
import { recordAuditEvent } from "../../audit/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { DeployTargetCapability, ServingFoldersCapability } from "../../serving/ports.ts";
import { failedMessage, workloadName } from "../domain/reconcile-plan.ts";
import type { LoadedDeployment } from "./load-deployment.ts";
import { recordChangeRequestEvent, recordDeploymentEvent } from "../record-events.ts";
import { requestName } from "../require-change-request.ts";
import { tellAuthor } from "../tell-people.ts";

/** Log bytes kept of a version that could not be started. */
const FAILED_LOG_BYTES = 256 * 1024;

/** Where the log of a version that could not be started is kept. */
export function failedLogFile(ctx: CoreContext, workload: string): string {
  return path.join(ctx.resolve(ServingFoldersCapability).workloads, ".failed", `${workload}.log`);
}

/**
 * A version that was asked for cannot be started: what answered before still does, the request failed, and people are told.
 * Its process is not tried again until someone asks.
 */
export async function giveUpVersion(ctx: CoreContext, loaded: LoadedDeployment, failure: { version: number; message: string }): Promise<void> {
  const { row, state } = loaded;
  const workload = workloadName(row.name, failure.version);
  await keepLog(ctx, workload);
  const message = failedMessage(state, failure.version, failure.message);
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(deployment)
      .set({ failures: row.failures + 1, health: "degraded", sync: "out_of_sync", message, updatedAt: ctx.now() })
      .where(eq(deployment.id, row.id));
    await recordDeploymentEvent(tx, ctx, { deploymentId: row.id, kind: "failed", message });
    await recordAuditEvent(tx, ctx, {
      action: "delivery.deployment.fail",
      subject: { kind: "deployment", id: row.id, name: row.name },
      projectId: row.projectId,
      data: { version: failure.version },
    });
    const failed = await tx
      .update(changeRequest)
      .set({ status: "failed", outcome: message, endedAt: ctx.now() })
      .where(and(eq(changeRequest.deploymentName, row.name), eq(changeRequest.status, "committed"), eq(changeRequest.commit, row.desiredCommit ?? "")))
      .returning();
    for (const request of failed) {
      await recordChangeRequestEvent(tx, ctx, { changeRequestId: request.id, kind: "failed", message });
      await recordAuditEvent(tx, ctx, {
        action: "delivery.change-request.fail",
        subject: { kind: "change_request", id: request.id, name: requestName(request) },
        projectId: request.projectId,
        data: { outcome: message },
      });
      await tellAuthor(tx, ctx, request, `${requestName(request)} failed`, message);
    }
  });
  await ctx.resolve(DeployTargetCapability).remove(workload);
}

/** The target forgets the log with the workload, and people need it most now. */
async function keepLog(ctx: CoreContext, workload: string): Promise<void> {
  const log = await ctx
    .resolve(DeployTargetCapability)
    .readLogs(workload, FAILED_LOG_BYTES)
    .catch(() => "");
  if (log === "") return;
  const file = failedLogFile(ctx, workload);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, log);
}
