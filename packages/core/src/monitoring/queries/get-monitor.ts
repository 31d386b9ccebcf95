import { monitor as monitorTable } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { authorize } from "../../identity/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError } from "../../kernel/errors.ts";
import { findModelVersion } from "../../registry/index.ts";
import { type MonitoredColumn, monitoredColumns } from "../domain/monitored-columns.ts";
import { DEFAULT_MONITOR } from "../ensure-monitor.ts";
import { retrainPolicy } from "../move-alert.ts";
import { requireWatched } from "../watched-deployment.ts";
import { type MonitorOverview, monitorStates } from "./monitor-states.ts";

/** Value of the measure from which a change matters, unless a column has its own. */
export const DEFAULT_LIMIT = 0.2;

export const getMonitorInput = z.object({ deployment: z.string().max(200) });

export type MonitorDetail = MonitorOverview & {
  /** Event time at which the last window ends that is complete and judged. */
  evaluatedTo: Date | null;
  features: MonitoredColumn[];
  threshold: number;
  /** The pipeline that a drift alert starts; null when `trellis.yaml` names none. */
  retrain: { pipeline: string; enabled: boolean } | null;
  abilities: { write: boolean };
};

/** The watch over one deployment. */
export async function getMonitor(ctx: CoreContext, input: z.infer<typeof getMonitorInput>): Promise<MonitorDetail> {
  const watched = await requireWatched(ctx, input.deployment);
  const [overview] = await monitorStates(ctx, [watched]);
  if (!overview) throw new Error(`no state of ${watched.name}`);
  const [row] = await ctx.db.select().from(monitorTable).where(eq(monitorTable.deploymentId, watched.id));
  const version = watched.liveVersion ? await findModelVersion(ctx, { versionId: watched.liveVersion.id }) : null;
  const policy = await retrainPolicy(ctx, watched, { name: row?.name ?? DEFAULT_MONITOR.name });
  const pipeline = policy?.pipelines[0]?.name;
  return {
    ...overview,
    evaluatedTo: overview.lastWindowEnd,
    features: version ? monitoredColumns(version) : [],
    threshold: DEFAULT_LIMIT,
    retrain: pipeline ? { pipeline, enabled: true } : null,
    abilities: { write: await mayWrite(ctx, watched.project.id) },
  };
}

async function mayWrite(ctx: CoreContext, projectId: string): Promise<boolean> {
  try {
    await authorize(ctx, "project.write", { projectId });
    return true;
  } catch (error) {
    if (isCoreError(error)) return false;
    throw error;
  }
}
