import { driftReport, modelVersion } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../../kernel/context.ts";
import { isCoreError, notFound } from "../../kernel/errors.ts";
import { findModelVersion } from "../../registry/index.ts";
import { columnFinding } from "../domain/finding.ts";
import { monitoredColumns } from "../domain/monitored-columns.ts";
import { requireWatched } from "../watched-deployment.ts";
import { driftWindows } from "./drift-windows.ts";
import { DEFAULT_LIMIT } from "./get-monitor.ts";

export const featureDistributionInput = z.object({ reportId: z.uuid(), feature: z.string().max(200) });

/** A feature's distribution in one window beside that of the reference, and what it means in a sentence. */
export async function featureDistribution(ctx: CoreContext, input: z.infer<typeof featureDistributionInput>) {
  const [row] = await ctx.db
    .select({ report: driftReport, version: modelVersion.version })
    .from(driftReport)
    .innerJoin(modelVersion, eq(modelVersion.id, driftReport.versionId))
    .where(eq(driftReport.id, input.reportId));
  if (!row) throw notFound("Drift report", input.reportId);
  await requireWatched(ctx, row.report.deploymentId).catch((error: unknown) => {
    throw isCoreError(error) && error.code === "NOT_FOUND" ? notFound("Drift report", input.reportId) : error;
  });
  const column = row.report.columns.find(({ name }) => name === input.feature);
  if (!column) throw notFound("Feature", `${input.feature} of this window`);
  const roles = monitoredColumns(await findModelVersion(ctx, { versionId: row.report.versionId }));
  return {
    feature: column.name,
    kind: column.kind,
    role: roles.find(({ name }) => name === column.name)?.role ?? ("input" as const),
    version: row.version,
    windowStart: row.report.windowStart,
    windowEnd: row.report.windowEnd,
    method: column.method,
    value: column.value,
    threshold: column.threshold,
    noiseFloor: column.noiseFloor,
    verdict: column.verdict,
    referenceRows: row.report.referenceRows,
    currentRows: row.report.currentRows,
    missingShare: column.missingShare,
    newCategories: column.newCategories,
    bins: column.bins,
    message: column.message,
    finding: columnFinding(column),
  };
}

export const driftSeriesInput = z.object({
  deployment: z.string().max(200),
  feature: z.string().max(200),
  versionId: z.uuid().optional(),
  limit: z.number().int().min(1).max(104).default(52),
});

/** One feature's measure over the last windows, with the limit and what chance would reach, oldest first. */
export async function driftSeries(ctx: CoreContext, input: z.input<typeof driftSeriesInput>) {
  const query = driftSeriesInput.parse(input);
  const watched = await requireWatched(ctx, query.deployment);
  const { windows } = await driftWindows(ctx, watched, query);
  const points = windows.flatMap((window) => {
    const column = window.columns.find(({ name }) => name === query.feature);
    if (!column) return [];
    const { reportId, versionId, version, start, end, rows, complete } = window;
    return [
      {
        reportId,
        versionId,
        version,
        windowStart: start,
        windowEnd: end,
        rows,
        value: column.value,
        noiseFloor: column.noiseFloor,
        verdict: column.verdict,
        missingCurrent: column.missingShare.current,
        complete,
        threshold: column.threshold,
      },
    ];
  });
  return { threshold: points.at(-1)?.threshold ?? DEFAULT_LIMIT, points: points.map(({ threshold: _, ...point }) => point) };
}
