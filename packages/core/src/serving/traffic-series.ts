import { changeRequest, deploymentRevision, modelVersion, trafficMinute } from "@trellis/db/schema";
import { and, asc, eq, gte, lt, sql } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { requireServedDeployment } from "./queries.ts";

export const trafficSeriesInput = z.object({
  deployment: z.string().max(200),
  from: z.coerce.date(),
  to: z.coerce.date(),
  /** Points a version at most. */
  buckets: z.number().int().min(1).max(1_000).default(120),
});

export type TrafficPoint = {
  /** Start of the bucket. */
  at: Date;
  version: number;
  requests: number;
  requestsPerSecond: number;
  rows: number;
  clientErrors: number;
  serverErrors: number;
  /** Share of requests answered with 5xx, 0 to 1. */
  errorRate: number | null;
  /** Mean of the minutes' 95th percentiles, weighted by requests. */
  p95Ms: number | null;
  meanMs: number | null;
  dropped: number;
};

export type TrafficSeries = {
  bucketSeconds: number;
  versions: number[];
  points: TrafficPoint[];
  totals: { requests: number; rows: number; clientErrors: number; serverErrors: number; dropped: number; p95Ms: number | null };
  deploys: { at: Date; version: number; versionId: string; changeRequestNumber: number }[];
};

/** Traffic of a deployment between two moments, by arrival, a line a version. Buckets without traffic are left out. */
export async function trafficSeries(ctx: CoreContext, input: z.input<typeof trafficSeriesInput>): Promise<TrafficSeries> {
  const query = trafficSeriesInput.parse(input);
  if (query.to <= query.from)
    throw new CoreError("INVALID", "The end of the period must lie after its start.", { issues: [{ path: "to", message: "Must be later than from." }] });
  const { id } = await requireServedDeployment(ctx, query.deployment);
  const seconds = (query.to.getTime() - query.from.getTime()) / 1000;
  const bucketSeconds = Math.max(60, Math.ceil(seconds / query.buckets / 60) * 60);
  const bucket = sql<number>`floor(extract(epoch from ${trafficMinute.minute}) / ${sql.raw(String(bucketSeconds))})::bigint`;
  const rows = await ctx.db
    .select({
      bucket: bucket.mapWith(Number),
      version: trafficMinute.version,
      requests: sql<number>`sum(${trafficMinute.requests})`.mapWith(Number),
      rows: sql<number>`sum(${trafficMinute.rows})`.mapWith(Number),
      clientErrors: sql<number>`sum(${trafficMinute.clientErrors})`.mapWith(Number),
      serverErrors: sql<number>`sum(${trafficMinute.serverErrors})`.mapWith(Number),
      dropped: sql<number>`sum(${trafficMinute.dropped})`.mapWith(Number),
      latencySumMs: sql<number>`sum(${trafficMinute.latencySumMs})`.mapWith(Number),
      p95SumMs: sql<number>`sum(${trafficMinute.latencyP95Ms} * ${trafficMinute.requests})`.mapWith(Number),
    })
    .from(trafficMinute)
    .where(and(eq(trafficMinute.deploymentId, id), gte(trafficMinute.minute, query.from), lt(trafficMinute.minute, query.to)))
    .groupBy(sql`1`, trafficMinute.version)
    .orderBy(sql`1`, asc(trafficMinute.version));
  const points = rows.map((row): TrafficPoint => {
    const { bucket: index, latencySumMs, p95SumMs, ...counts } = row;
    const per = (sum: number): number | null => (row.requests > 0 ? sum / row.requests : null);
    return {
      ...counts,
      at: new Date(index * bucketSeconds * 1000),
      requestsPerSecond: row.requests / bucketSeconds,
      errorRate: per(row.serverErrors),
      p95Ms: per(p95SumMs),
      meanMs: per(latencySumMs),
    };
  });
  return {
    bucketSeconds,
    versions: [...new Set(points.map((point) => point.version))].toSorted((a, b) => a - b),
    points,
    totals: totalsOf(points),
    deploys: await deploysOf(ctx, id, query),
  };
}

function totalsOf(points: TrafficPoint[]): TrafficSeries["totals"] {
  const sum = (value: (point: TrafficPoint) => number): number => points.reduce((total, point) => total + value(point), 0);
  const requests = sum((point) => point.requests);
  return {
    requests,
    rows: sum((point) => point.rows),
    clientErrors: sum((point) => point.clientErrors),
    serverErrors: sum((point) => point.serverErrors),
    dropped: sum((point) => point.dropped),
    p95Ms: requests > 0 ? sum((point) => (point.p95Ms ?? 0) * point.requests) / requests : null,
  };
}

async function deploysOf(ctx: CoreContext, deploymentId: string, period: { from: Date; to: Date }): Promise<TrafficSeries["deploys"]> {
  const rows = await ctx.db
    .select({ at: deploymentRevision.liveAt, version: modelVersion.version, versionId: modelVersion.id, changeRequestNumber: changeRequest.number })
    .from(deploymentRevision)
    .innerJoin(modelVersion, eq(modelVersion.id, deploymentRevision.versionId))
    .innerJoin(changeRequest, eq(changeRequest.id, deploymentRevision.changeRequestId))
    .where(and(eq(deploymentRevision.deploymentId, deploymentId), gte(deploymentRevision.liveAt, period.from), lt(deploymentRevision.liveAt, period.to)))
    .orderBy(asc(deploymentRevision.liveAt))
    .limit(200);
  return rows.flatMap(({ at, ...row }) => (at ? [{ at, ...row }] : []));
}
