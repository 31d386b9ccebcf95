import type { CoreContext } from "../kernel/context.ts";
import { readWindow } from "../serving/index.ts";
import type { Window } from "./domain/windows.ts";

type Value = string | number | boolean | null;
export type WindowRow = Record<string, Value>;

/** What a window holds: how many rows there are, and those that are compared. */
export type WindowContent = { count: number; rows: WindowRow[]; /** Event times of the first and the last row. */ firstRow: Date | null; lastRow: Date | null };

/** Most rows of a window that are compared; of more a fair sample is kept. Chance moves the measure by less than 0.01 then. */
const MAX_ROWS = 10_000;

/**
 * The rows of several windows of one version, inputs and outputs by name, in the order of the windows. The log is read once,
 * since its files hold the rows of many windows.
 */
export async function readWindowRows(ctx: CoreContext, deploymentId: string, versionId: string, windows: readonly Window[]): Promise<WindowContent[]> {
  const collected = windows.map((): WindowContent => ({ count: 0, rows: [], firstRow: null, lastRow: null }));
  const from = new Date(Math.min(...windows.map(({ start }) => start.getTime())));
  const to = new Date(Math.max(...windows.map(({ end }) => end.getTime())));
  const random = reservoirRandom();
  for await (const row of readWindow(ctx, { deploymentId, versionId, from, to }).rows) {
    const index = windows.findIndex(({ start, end }) => row.eventTime >= start && row.eventTime < end);
    const kept = collected[index];
    if (!kept) continue;
    kept.count += 1;
    if (!kept.firstRow || row.eventTime < kept.firstRow) kept.firstRow = row.eventTime;
    if (!kept.lastRow || row.eventTime > kept.lastRow) kept.lastRow = row.eventTime;
    const place = kept.count <= MAX_ROWS ? kept.count - 1 : Math.floor(random() * kept.count);
    if (place < MAX_ROWS) kept.rows[place] = { ...plainValues(row.outputs), ...row.inputs };
  }
  return collected;
}

/** Numbers from 0 to 1 that are the same in every evaluation (a linear congruential generator), so that equal rows give equal reports. */
function reservoirRandom(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

function plainValues(outputs: Record<string, unknown>): WindowRow {
  const values: WindowRow = {};
  for (const [name, value] of Object.entries(outputs)) {
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") values[name] = value;
  }
  return values;
}
