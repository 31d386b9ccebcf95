import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { deployment, inferenceSegment } from "@trellis/db/schema";
import { eq, inArray } from "drizzle-orm";
import type { CoreContext } from "../kernel/context.ts";
import { parseInferenceLine } from "./domain/inference-line.ts";
import { indexInferences } from "./index-inferences.ts";
import { ServingFoldersCapability } from "./ports.ts";
import { readLines } from "./read-lines.ts";
import type { SegmentIndex } from "./segment-writer.ts";

const SEGMENT_NAME = /^v\d+-([0-9a-f-]{36})\.jsonl$/;

/**
 * Brings the index in line with the files after a kill: a file that is larger than the index says, or not in it, is read and
 * indexed again. Safe to run at any time and twice. Returns how many segments it mended.
 */
export async function recoverSegments(ctx: CoreContext): Promise<number> {
  const { inference } = ctx.resolve(ServingFoldersCapability);
  let mended = 0;
  for (const name of await foldersOf(inference)) {
    const [owner] = await ctx.db.select({ id: deployment.id }).from(deployment).where(eq(deployment.name, name));
    if (!owner) continue;
    const segments = await recoverDeployment(ctx, inference, name, owner.id);
    if (segments.length === 0) continue;
    await indexInferences(ctx, { segments, traffic: [], consumers: [] });
    mended += segments.length;
  }
  if (mended > 0) ctx.log.info({ segments: mended }, "indexed logged predictions that the last run had not");
  return mended;
}

async function recoverDeployment(ctx: CoreContext, folder: string, name: string, deploymentId: string): Promise<SegmentIndex[]> {
  const files = (await readdir(path.join(folder, name))).filter((file) => SEGMENT_NAME.test(file)).map((file) => `${name}/${file}`);
  const known = new Map<string, number>();
  for (let at = 0; at < files.length; at += 500) {
    const rows = await ctx.db
      .select({ path: inferenceSegment.path, sizeBytes: inferenceSegment.sizeBytes })
      .from(inferenceSegment)
      .where(inArray(inferenceSegment.path, files.slice(at, at + 500)));
    for (const row of rows) known.set(row.path, row.sizeBytes);
  }
  const mended: SegmentIndex[] = [];
  for (const file of files) {
    const { size, mtimeMs } = await stat(path.join(folder, file));
    if (size <= (known.get(file) ?? 0)) continue;
    const segment = await readSegment(folder, file, { deploymentId, sizeBytes: size, loggedAtMs: mtimeMs });
    if (segment) mended.push(segment);
  }
  return mended;
}

async function readSegment(folder: string, file: string, known: { deploymentId: string; sizeBytes: number; loggedAtMs: number }): Promise<SegmentIndex | null> {
  const id = SEGMENT_NAME.exec(path.basename(file))?.[1];
  let versionId: string | null = null;
  let rows = 0;
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for await (const line of readLines(path.join(folder, file))) {
    const row = parseInferenceLine(line);
    if (!row) continue;
    versionId ??= row.versionId;
    rows += 1;
    fromMs = Math.min(fromMs, row.eventTime.getTime());
    toMs = Math.max(toMs, row.eventTime.getTime());
  }
  return id && versionId ? { id, versionId, path: file, rows, fromMs, toMs, ...known } : null;
}

async function foldersOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
