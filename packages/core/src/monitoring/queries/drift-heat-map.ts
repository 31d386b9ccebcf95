import { z } from "zod";
import type { CoreContext } from "../../kernel/context.ts";
import { findModelVersion } from "../../registry/index.ts";
import { type MonitoredColumn, monitoredColumns } from "../domain/monitored-columns.ts";
import { type CellVerdict, cellVerdict } from "../domain/monitor-state.ts";
import { requireWatched } from "../watched-deployment.ts";
import { type DeployTick, deployTicks, type DriftWindow, driftWindows, type JudgedColumns } from "./drift-windows.ts";
import { DEFAULT_LIMIT } from "./get-monitor.ts";

export const driftHeatMapInput = z.object({
  deployment: z.string().max(200),
  versionId: z.uuid().optional(),
  limit: z.number().int().min(1).max(104).default(52),
  /** Only windows that begin before this moment. */
  before: z.coerce.date().optional(),
});

export type HeatMapCell = { verdict: CellVerdict; value: number | null } | null;

export type HeatMapFeature = MonitoredColumn & {
  /** Value in the last window that has one. */
  latest: number | null;
  /** Start of the windows without a break in which it has drifted up to the last complete one. */
  since: Date | null;
  /** One a window, in the same order; null where it was not judged. */
  cells: HeatMapCell[];
};

export type HeatMap = { windows: DriftWindow[]; features: HeatMapFeature[]; deploys: DeployTick[]; threshold: number };

/** Most features that are shown; those that drift come first. */
const MAX_FEATURES = 200;

/** Drift of every feature over the last windows, the most drifted feature first. */
export async function driftHeatMap(ctx: CoreContext, input: z.input<typeof driftHeatMapInput>): Promise<HeatMap> {
  const query = driftHeatMapInput.parse(input);
  const watched = await requireWatched(ctx, query.deployment);
  const { windows, arrivals } = await driftWindows(ctx, watched, query);
  const roles = await rolesOf(ctx, query.versionId ?? watched.liveVersion?.id ?? windows.at(-1)?.versionId);
  const features = featuresOf(windows, roles);
  return {
    windows: windows.map(({ columns: _, ...window }) => window),
    features: features.toSorted((a, b) => weight(b) - weight(a)).slice(0, MAX_FEATURES),
    deploys: await deployTicks(ctx, watched.id, arrivals),
    threshold: DEFAULT_LIMIT,
  };
}

async function rolesOf(ctx: CoreContext, versionId: string | undefined): Promise<MonitoredColumn[]> {
  return versionId ? monitoredColumns(await findModelVersion(ctx, { versionId })) : [];
}

function featuresOf(windows: readonly JudgedColumns[], known: readonly MonitoredColumn[]): HeatMapFeature[] {
  const names = new Map<string, MonitoredColumn>(known.map((column) => [column.name, column]));
  for (const { columns } of windows) for (const { name, kind } of columns) if (!names.has(name)) names.set(name, { name, kind, role: "input" });
  return [...names.values()].map((column) => {
    const judged = windows.map((window) => ({ window, drift: window.columns.find(({ name }) => name === column.name) }));
    const cells = judged.map(({ drift }): HeatMapCell => (drift ? { verdict: cellVerdict(drift), value: drift.value } : null));
    return { ...column, cells, latest: cells.findLast((cell) => cell !== null && cell.value !== null)?.value ?? null, since: sinceOf(judged) };
  });
}

function sinceOf(judged: readonly { window: DriftWindow; drift: { verdict: string } | undefined }[]): Date | null {
  let since: Date | null = null;
  for (const { window, drift } of judged.filter(({ window: { complete } }) => complete).toReversed()) {
    if (!drift || drift.verdict === "insufficient") continue;
    if (drift.verdict !== "drifted") break;
    since = window.start;
  }
  return since;
}

/** Drifting now counts most, then having drifted at all, then the value. */
function weight(feature: HeatMapFeature): number {
  const drifted = feature.cells.filter((cell) => cell?.verdict === "drifted").length;
  return (feature.since ? 1_000_000 : 0) + drifted * 1_000 + Math.min(feature.latest ?? -1, 999);
}
