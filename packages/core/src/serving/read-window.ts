import path from "node:path";
import { inferenceSegment } from "@trellis/db/schema";
import { and, asc, eq, gt, gte, lt } from "drizzle-orm";
import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { type InferenceRow, parseInferenceLine } from "./domain/inference-line.ts";
import { ServingFoldersCapability } from "./ports.ts";
import { readLines } from "./read-lines.ts";

export const readWindowInput = z.object({
  deploymentId: z.uuid(),
  versionId: z.uuid().optional(),
  /** Event times: from this moment … */
  from: z.coerce.date(),
  /** … to before this one. */
  to: z.coerce.date(),
  /** Only segments that were written to since then; they may hold older rows too. */
  writtenSince: z.coerce.date().optional(),
  /** Stop after this many rows. */
  limit: z.number().int().positive().optional(),
});

export type WindowReport = {
  /** Lines read. */
  read: number;
  /** Rows inside the window. */
  matched: number;
  /** Lines that are torn or garbage, and segments whose file is gone. */
  skipped: number;
  segments: number;
};

export type InferenceWindow = { rows: AsyncIterable<InferenceRow>; /** How it went so far; final once `rows` has ended. */ report(): WindowReport };

const SEGMENTS_A_PAGE = 100;

/** Logged predictions of a deployment by event time, in the order of their segments. Not scoped: for the platform's own work. */
export function readWindow(ctx: CoreContext, input: z.input<typeof readWindowInput>): InferenceWindow {
  const window = readWindowInput.parse(input);
  const report: WindowReport = { read: 0, matched: 0, skipped: 0, segments: 0 };
  return { rows: readRows(ctx, window, report), report: () => ({ ...report }) };
}

async function* readRows(ctx: CoreContext, window: z.output<typeof readWindowInput>, report: WindowReport): AsyncGenerator<InferenceRow> {
  const { inference } = ctx.resolve(ServingFoldersCapability);
  for await (const segment of segmentsOf(ctx, window)) {
    report.segments += 1;
    try {
      for await (const line of readLines(path.join(inference, segment))) {
        report.read += 1;
        const row = parseInferenceLine(line);
        if (!row) report.skipped += 1;
        else if (isInside(row, window)) {
          report.matched += 1;
          yield row;
          if (report.matched === window.limit) return;
        }
      }
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
      report.skipped += 1;
    }
  }
}

function isInside(row: InferenceRow, window: z.output<typeof readWindowInput>): boolean {
  return row.eventTime >= window.from && row.eventTime < window.to && (window.versionId === undefined || row.versionId === window.versionId);
}

/** Paths by id, which is the order in which they were begun; a page at a time. */
async function* segmentsOf(ctx: CoreContext, window: z.output<typeof readWindowInput>): AsyncGenerator<string> {
  let after: string | null = null;
  for (;;) {
    const rows: { id: string; path: string }[] = await ctx.db
      .select({ id: inferenceSegment.id, path: inferenceSegment.path })
      .from(inferenceSegment)
      .where(
        and(
          eq(inferenceSegment.deploymentId, window.deploymentId),
          gte(inferenceSegment.toTime, window.from),
          lt(inferenceSegment.fromTime, window.to),
          window.versionId ? eq(inferenceSegment.versionId, window.versionId) : undefined,
          window.writtenSince ? gte(inferenceSegment.loggedAt, window.writtenSince) : undefined,
          after ? gt(inferenceSegment.id, after) : undefined,
        ),
      )
      .orderBy(asc(inferenceSegment.id))
      .limit(SEGMENTS_A_PAGE);
    for (const row of rows) yield row.path;
    after = rows.at(-1)?.id ?? null;
    if (rows.length < SEGMENTS_A_PAGE) return;
  }
}
