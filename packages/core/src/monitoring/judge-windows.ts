import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { StoredColumnDrift } from "@trellis/db/schema";
import type { CoreContext } from "../kernel/context.ts";
import { isCoreError } from "../kernel/errors.ts";
import { findModelVersion, openVersionFile } from "../registry/index.ts";
import { monitoredColumns, type MonitoredColumn, referencePath } from "./domain/monitored-columns.ts";
import type { Monitor } from "./ensure-monitor.ts";
import type { OpenWindow } from "./open-windows.ts";
import { DriftDetectorCapability } from "./ports.ts";
import { readWindowRows, type WindowContent } from "./read-window-rows.ts";

export type ReportDraft = OpenWindow & {
  referenceRows: number;
  currentRows: number;
  firstRow: Date | null;
  lastRow: Date | null;
  verdict: "stable" | "drifted" | "insufficient";
  /** The worst first. */
  driftedColumns: string[];
  columns: StoredColumnDrift[];
};

/**
 * Reads and compares neighbouring windows of one version with the reference that the version brings. Windows whose number of rows has not
 * changed since their report are left out. Too few rows, or no reference, give a report that says so. Runs outside of any
 * transaction.
 */
export async function judgeWindows(ctx: CoreContext, monitor: Monitor, windows: readonly OpenWindow[]): Promise<ReportDraft[]> {
  const versionId = windows[0]?.versionId;
  if (versionId === undefined) return [];
  const contents = await readWindowRows(ctx, monitor.deploymentId, versionId, windows);
  const changed = windows.flatMap((window, index) => {
    const rows = contents[index];
    return rows && rows.count !== window.report?.currentRows ? [{ window, rows }] : [];
  });
  if (changed.length === 0) return [];
  return withReference(ctx, versionId, async (reference) => {
    const drafts: ReportDraft[] = [];
    for (const { window, rows } of changed) drafts.push(await judge(ctx, monitor, window, rows, reference));
    return drafts;
  });
}

type Reference = { file: string; columns: MonitoredColumn[] } | null;

async function judge(
  ctx: CoreContext,
  monitor: Monitor,
  window: OpenWindow,
  { count, rows, firstRow, lastRow }: WindowContent,
  reference: Reference,
): Promise<ReportDraft> {
  const empty = { ...window, referenceRows: 0, currentRows: count, firstRow, lastRow, verdict: "insufficient" as const, driftedColumns: [], columns: [] };
  if (!reference || count < monitor.minRows) return empty;
  const columns = reference.columns.map(({ name, kind }) => ({ name, kind }));
  const compared = await ctx.resolve(DriftDetectorCapability).compare({ referenceFile: reference.file, currentRows: rows, columns });
  const drifted = compared.columns
    .filter(({ verdict }) => verdict === "drifted")
    .toSorted((a, b) => (b.value ?? 0) / b.threshold - (a.value ?? 0) / a.threshold);
  const isTelling = compared.columns.some(({ verdict }) => verdict === "drifted" || verdict === "stable");
  return {
    ...empty,
    referenceRows: compared.referenceRows,
    verdict: drifted.length > 0 ? "drifted" : isTelling ? "stable" : "insufficient",
    driftedColumns: drifted.map(({ name }) => name),
    columns: compared.columns,
  };
}

/** Lends the reference as a file; null when the version has none. */
async function withReference<Result>(ctx: CoreContext, versionId: string, work: (reference: Reference) => Promise<Result>): Promise<Result> {
  const version = await findModelVersion(ctx, { versionId });
  const file = await openVersionFile(ctx, { versionId, path: referencePath(version.descriptor) }).catch((error: unknown) => {
    if (isCoreError(error) && error.code === "NOT_FOUND") return null;
    throw error;
  });
  if (!file) return work(null);
  const folder = await mkdtemp(join(tmpdir(), "trellis-reference-"));
  try {
    const target = join(folder, "reference.csv");
    await pipeline(file.content, createWriteStream(target));
    return await work({ file: target, columns: monitoredColumns(version) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
