/** How a watched deployment stands. `waiting` = rows have come, no window is judged yet. */
export type MonitorState = "no_traffic" | "waiting" | "insufficient" | "stable" | "drifted";

export type StateWindow = { start: Date; verdict: "stable" | "drifted" | "insufficient"; isComplete: boolean };

/** The state that the judged windows of the live version give, oldest first, and the event time since when it holds. */
export function monitorState(windows: readonly StateWindow[], hasTraffic: boolean, hasOpenAlert: boolean): { state: MonitorState; since: Date | null } {
  const complete = windows.filter((window) => window.isComplete);
  const latest = complete.at(-1);
  if (!latest) return { state: hasTraffic ? "waiting" : "no_traffic", since: null };
  const telling = complete.filter(({ verdict }) => verdict !== "insufficient");
  const told = telling.at(-1);
  if (!told) return { state: "insufficient", since: complete[0]?.start ?? null };
  const state = hasOpenAlert ? "drifted" : told.verdict === "drifted" ? "drifted" : "stable";
  return { state, since: sinceWhen(telling, told.verdict) };
}

function sinceWhen(windows: readonly StateWindow[], verdict: StateWindow["verdict"]): Date | null {
  let since: Date | null = null;
  for (let index = windows.length - 1; index >= 0; index -= 1) {
    const window = windows[index];
    if (!window || window.verdict !== verdict) break;
    since = window.start;
  }
  return since;
}

/** How one cell of the heat map reads: `watch` = half-way to the limit and above chance, not yet drifted. */
export type CellVerdict = "stable" | "watch" | "drifted" | "insufficient" | "not_computable";

/** The cell of one column in one window. */
export function cellVerdict(column: {
  verdict: Exclude<CellVerdict, "watch">;
  value: number | null;
  threshold: number;
  noiseFloor: number | null;
}): CellVerdict {
  if (column.verdict !== "stable" || column.value === null) return column.verdict;
  return column.value >= column.threshold / 2 && column.value >= (column.noiseFloor ?? 0) ? "watch" : "stable";
}
