import { deploymentConsumer, inferenceSegment, trafficMinute } from "@trellis/db/schema";
import { sql } from "drizzle-orm";
import { enqueueJob } from "../jobs/index.ts";
import { announce } from "../kernel/changes.ts";
import type { CoreContext, Transaction } from "../kernel/context.ts";
import type { ConsumerDelta } from "./domain/consumer-tally.ts";
import type { TrafficDelta } from "./domain/traffic-counter.ts";
import { inferencesRecorded } from "./jobs.ts";
import type { SegmentIndex } from "./segment-writer.ts";

/** Rows a statement; keeps the number of its values far below PostgreSQL's limit. */
const CHUNK = 200;

/**
 * Writes what the log knows to the database, in one transaction: segments as they are now (a repeat changes nothing), traffic
 * and consumers as what was added (each delta once), and the fact that there is something new to read.
 */
export async function indexInferences(
  ctx: CoreContext,
  batch: { segments: SegmentIndex[]; traffic: TrafficDelta[]; consumers: ConsumerDelta[] },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    for (const segments of chunks(batch.segments)) {
      await tx
        .insert(inferenceSegment)
        .values(segments.map(segmentRow))
        .onConflictDoUpdate({
          target: inferenceSegment.path,
          set: {
            rows: sql`excluded.rows`,
            sizeBytes: sql`excluded.size_bytes`,
            fromTime: sql`excluded.from_time`,
            toTime: sql`excluded.to_time`,
            loggedAt: sql`excluded.logged_at`,
          },
        });
    }
    for (const traffic of chunks(batch.traffic)) {
      await tx
        .insert(trafficMinute)
        .values(traffic)
        .onConflictDoUpdate({ target: [trafficMinute.deploymentId, trafficMinute.minute, trafficMinute.version], set: ADDED });
    }
    for (const consumers of chunks(batch.consumers)) await tellConsumers(tx, ctx, consumers);
    const recorded = new Set(batch.segments.map((segment) => segment.deploymentId));
    for (const deploymentId of recorded) await enqueueJob(tx, inferencesRecorded, { deploymentId }, { key: deploymentId });
    const touched = new Set(batch.traffic.map((delta) => delta.deploymentId));
    await announce(tx, ...[...touched].map((deploymentId) => `traffic:${deploymentId}` as const));
  });
}

/** Who called, and the edge from the endpoint to them. */
async function tellConsumers(tx: Transaction, ctx: CoreContext, consumers: ConsumerDelta[]): Promise<void> {
  await tx
    .insert(deploymentConsumer)
    .values(
      consumers.map(({ deploymentId, userId, name, requests, firstMs, lastMs }) => ({
        deploymentId,
        userId,
        name,
        requests,
        firstCalledAt: new Date(firstMs),
        lastCalledAt: new Date(lastMs),
      })),
    )
    .onConflictDoUpdate({
      target: [deploymentConsumer.deploymentId, deploymentConsumer.userId],
      set: { name: sql`excluded.name`, requests: sql`${deploymentConsumer.requests} + excluded.requests`, lastCalledAt: sql`excluded.last_called_at` },
    });
  await tx.execute(sql`insert into lineage_edge (from_kind, from_id, to_kind, to_id, relation, project_id, created_at)
    select 'endpoint', d.id, 'consumer', md5(c.user_id)::uuid, 'called_by', d.project_id, ${ctx.now().toISOString()}::timestamptz
    from unnest(${sql.param(consumers.map((consumer) => consumer.deploymentId))}::uuid[], ${sql.param(consumers.map((consumer) => consumer.userId))}::text[]) as c(deployment_id, user_id)
    join deployment d on d.id = c.deployment_id on conflict do nothing`);
}

const ADDED = {
  requests: sql`${trafficMinute.requests} + excluded.requests`,
  rows: sql`${trafficMinute.rows} + excluded.rows`,
  clientErrors: sql`${trafficMinute.clientErrors} + excluded.client_errors`,
  serverErrors: sql`${trafficMinute.serverErrors} + excluded.server_errors`,
  dropped: sql`${trafficMinute.dropped} + excluded.dropped`,
  latencySumMs: sql`${trafficMinute.latencySumMs} + excluded.latency_sum_ms`,
  latencyP95Ms: sql`excluded.latency_p95_ms`,
};

function segmentRow(segment: SegmentIndex): typeof inferenceSegment.$inferInsert {
  const { fromMs, toMs, loggedAtMs, ...row } = segment;
  return { ...row, fromTime: new Date(fromMs), toTime: new Date(toMs), loggedAt: new Date(loggedAtMs) };
}

function chunks<Item>(items: Item[]): Item[][] {
  const parts: Item[][] = [];
  for (let at = 0; at < items.length; at += CHUNK) parts.push(items.slice(at, at + CHUNK));
  return parts;
}
