import { deployment, trafficMinute } from "@trellis/db/schema";
import { and, gte, inArray, sql } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";

/** What a deployment does now. */
export type LiveNumbers = {
  /** Requests of the last hour. */
  requests: number;
  /** Mean of the last five minutes. */
  requestsPerSecond: number;
  p95Ms: number | null;
  /** Share of the last hour's requests answered with 5xx, 0 to 1. */
  errorRate: number | null;
  clientErrors: number;
  rows: number;
  dropped: number;
  lastRequestAt: Date | null;
  /** Requests in each of the last 60 minutes, oldest first. */
  spark: number[];
};

const MINUTE_MS = 60_000;
const MINUTES = 60;

/** Numbers of the last hour for many deployments in two queries. Not scoped: the caller has the deployments already. */
export async function liveNumbers(ctx: CoreContext, input: { deploymentIds: string[] }): Promise<Map<string, LiveNumbers>> {
  const ids = input.deploymentIds;
  if (ids.length === 0) return new Map();
  const nowMinute = Math.floor(ctx.now().getTime() / MINUTE_MS) * MINUTE_MS;
  const since = new Date(nowMinute - (MINUTES - 1) * MINUTE_MS);
  const minutes = await ctx.db
    .select()
    .from(trafficMinute)
    .where(and(inArray(trafficMinute.deploymentId, ids), gte(trafficMinute.minute, since)));
  const lastMinute = sql`(select t.minute from ${trafficMinute} t where t.deployment_id = ${deployment.id} order by t.minute desc limit 1)`;
  const last = await ctx.db
    .select({ id: deployment.id, at: lastMinute.mapWith(trafficMinute.minute) })
    .from(deployment)
    .where(inArray(deployment.id, ids));
  const byDeployment = Map.groupBy(minutes, (minute) => minute.deploymentId);
  return new Map(last.map(({ id, at }) => [id, summarize(byDeployment.get(id) ?? [], nowMinute, at)]));
}

function summarize(minutes: (typeof trafficMinute.$inferSelect)[], nowMinute: number, lastRequestAt: Date | null): LiveNumbers {
  const spark = Array.from({ length: MINUTES }, () => 0);
  let p95Sum = 0;
  const sums = { requests: 0, rows: 0, clientErrors: 0, serverErrors: 0, dropped: 0 };
  for (const minute of minutes) {
    const at = MINUTES - 1 - (nowMinute - minute.minute.getTime()) / MINUTE_MS;
    if (at in spark) spark[at] = (spark[at] ?? 0) + minute.requests;
    for (const key of ["requests", "rows", "clientErrors", "serverErrors", "dropped"] as const) sums[key] += minute[key];
    p95Sum += minute.latencyP95Ms * minute.requests;
  }
  const { serverErrors, ...counts } = sums;
  const recent = spark.slice(-5).reduce((total, count) => total + count, 0);
  return {
    ...counts,
    requestsPerSecond: recent / 300,
    p95Ms: sums.requests > 0 ? p95Sum / sums.requests : null,
    errorRate: sums.requests > 0 ? serverErrors / sums.requests : null,
    lastRequestAt,
    spark,
  };
}
