import { open } from "node:fs/promises";
import path from "node:path";
import { deployment, inferenceSegment, project } from "@trellis/db/schema";
import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { requireProject } from "../catalog/index.ts";
import type { CoreContext } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { type InferenceRow, parseInferenceLine } from "./domain/inference-line.ts";
import { ServingFoldersCapability } from "./ports.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A deployment by id or name, if the actor may read its project; NOT_FOUND otherwise. */
export async function requireServedDeployment(ctx: CoreContext, idOrName: string): Promise<{ id: string; name: string; projectId: string }> {
  const [row] = await ctx.db
    .select({ id: deployment.id, name: deployment.name, projectId: deployment.projectId })
    .from(deployment)
    .innerJoin(project, eq(project.id, deployment.projectId))
    .where(UUID.test(idOrName) ? eq(deployment.id, idOrName) : eq(deployment.name, idOrName));
  if (!row) throw notFound("Deployment", idOrName);
  await requireProject(ctx, row.projectId).catch((error: unknown) => {
    throw error instanceof Error && "code" in error && error.code === "NOT_FOUND" ? notFound("Deployment", idOrName) : error;
  });
  return row;
}

/** What event times were logged, a row for each version that ever answered. Not scoped: for the platform's own work. */
export async function inferenceExtents(
  ctx: CoreContext,
  input: { deploymentId: string },
): Promise<{ versionId: string; rows: number; from: Date; to: Date }[]> {
  return ctx.db
    .select({
      versionId: inferenceSegment.versionId,
      rows: sql<number>`sum(${inferenceSegment.rows})::int`,
      from: sql`min(${inferenceSegment.fromTime})`.mapWith(inferenceSegment.fromTime),
      to: sql`max(${inferenceSegment.toTime})`.mapWith(inferenceSegment.toTime),
    })
    .from(inferenceSegment)
    .where(eq(inferenceSegment.deploymentId, input.deploymentId))
    .groupBy(inferenceSegment.versionId);
}

export const recentInferencesInput = z.object({ deployment: z.string().max(200), limit: z.number().int().min(1).max(100).default(20) });

/** Bytes looked at from the end of each of the newest segments. */
const TAIL_BYTES = 512 * 1024;

/** The newest logged predictions of a deployment, newest first. */
export async function recentInferences(ctx: CoreContext, input: z.input<typeof recentInferencesInput>): Promise<InferenceRow[]> {
  const query = recentInferencesInput.parse(input);
  const { id } = await requireServedDeployment(ctx, query.deployment);
  const { inference } = ctx.resolve(ServingFoldersCapability);
  const segments = await ctx.db
    .select({ path: inferenceSegment.path })
    .from(inferenceSegment)
    .where(and(eq(inferenceSegment.deploymentId, id)))
    .orderBy(desc(inferenceSegment.loggedAt))
    .limit(3);
  const rows: InferenceRow[] = [];
  for (const segment of segments) {
    const tail = await readTail(path.join(inference, segment.path));
    rows.push(...tail.split("\n").flatMap((line) => parseInferenceLine(line) ?? []));
    if (rows.length >= query.limit) break;
  }
  return rows.toSorted((left, right) => right.at.getTime() - left.at.getTime()).slice(0, query.limit);
}

/** The end of a file; its first line may be torn. */
async function readTail(file: string): Promise<string> {
  const handle = await open(file, "r").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
  if (!handle) return "";
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const content = Buffer.alloc(size - start);
    const { bytesRead } = await handle.read(content, 0, content.length, start);
    return content.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}
