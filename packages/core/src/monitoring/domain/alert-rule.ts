/** When to alert: at least `alertAfter` of the last `ofLast` judged windows have drifted. */
export type AlertRule = { alertAfter: number; ofLast: number };

export type JudgedWindow = {
  reportId: string;
  start: Date;
  end: Date;
  verdict: "stable" | "drifted" | "insufficient";
  isComplete: boolean;
  driftedColumns: string[];
};

export type AlertDecision =
  | { kind: "keep" }
  | { kind: "fire"; reportId: string; columns: string[]; since: Date; windowEnd: Date; drifted: number; of: number }
  /** The open alert has a new latest window; it says what holds now. */
  | { kind: "update"; reportId: string; columns: string[]; windowEnd: Date; drifted: number; of: number }
  | { kind: "resolve"; windows: number };

/**
 * What the windows of one version mean for its alert. Windows that are still filling, or had too few rows, say nothing. It fires
 * only on a drifted latest window, and only on one later than `coveredTo` (where the last resolved alert ended), so that
 * resolving by hand is not undone by the same windows. It resolves when the last `ofLast` windows were all stable.
 */
export function decideAlert(rule: AlertRule, history: readonly JudgedWindow[], open: { windowEnd: Date } | null, coveredTo: Date | null): AlertDecision {
  const telling = history.filter((window) => window.isComplete && window.verdict !== "insufficient").sort((a, b) => a.start.getTime() - b.start.getTime());
  const last = telling.slice(-rule.ofLast);
  const latest = last.at(-1);
  if (!latest) return { kind: "keep" };
  const drifted = last.filter(({ verdict }) => verdict === "drifted");
  if (open) {
    if (drifted.length === 0 && last.length === rule.ofLast) return { kind: "resolve", windows: rule.ofLast };
    if (latest.verdict === "drifted" && latest.end > open.windowEnd) return { kind: "update", ...told(latest), drifted: drifted.length, of: last.length };
    return { kind: "keep" };
  }
  const isNew = coveredTo === null || latest.end > coveredTo;
  if (latest.verdict !== "drifted" || drifted.length < rule.alertAfter || !isNew) return { kind: "keep" };
  return { kind: "fire", ...told(latest), since: drifted[0]?.start ?? latest.start, drifted: drifted.length, of: last.length };
}

function told(window: JudgedWindow): { reportId: string; columns: string[]; windowEnd: Date } {
  return { reportId: window.reportId, columns: window.driftedColumns, windowEnd: window.end };
}

/**
 * Every move of the alert that a history asks for and that has not been made yet, in the order of time: the rule is applied
 * window by window, as if each had been judged when it was complete. So it does not matter how often, or how late, windows are
 * judged: the same history always gives the same alerts.
 */
export function decideAlerts(
  rule: AlertRule,
  history: readonly JudgedWindow[],
  open: { windowEnd: Date } | null,
  coveredTo: Date | null,
): Exclude<AlertDecision, { kind: "keep" }>[] {
  const telling = history.filter((window) => window.isComplete && window.verdict !== "insufficient").sort((a, b) => a.start.getTime() - b.start.getTime());
  const decisions: Exclude<AlertDecision, { kind: "keep" }>[] = [];
  let current = open;
  let covered = coveredTo;
  for (const [index, latest] of telling.entries()) {
    // What an alert has covered is decided.
    if ((current && latest.end <= current.windowEnd) || (covered && latest.end <= covered)) continue;
    const decision = decideAlert(rule, telling.slice(0, index + 1), current, covered);
    if (decision.kind === "keep") continue;
    decisions.push(decision);
    if (decision.kind === "resolve") {
      covered = current?.windowEnd ?? covered;
      current = null;
    } else current = { windowEnd: decision.windowEnd };
  }
  return decisions;
}
