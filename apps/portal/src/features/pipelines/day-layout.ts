export type DayRun = { id: string; project: { slug: string }; createdAt: Date; endedAt: Date | null };

export type DayBar<Run> = { run: Run; /** Share of the day at which it begins, and how long it is: 0 to 1. */ left: number; width: number };
export type DayLane<Run> = { project: string; rows: DayBar<Run>[][] };

/** A run that took a second must still be seen and hit: so much of the day, at least. */
const LEAST_WIDTH = 0.004;

/**
 * The runs of a day as bars, a lane for each project in the order of their first run, and in a lane as many rows as runs
 * overlap. Times are milliseconds; a run without an end goes on until `now`.
 */
export function layOutDay<Run extends DayRun>(runs: readonly Run[], day: { from: number; to: number; now: number }): DayLane<Run>[] {
  const length = day.to - day.from;
  const lanes = new Map<string, DayBar<Run>[][]>();
  for (const run of runs.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())) {
    const from = Math.max(run.createdAt.getTime(), day.from);
    const to = Math.min(run.endedAt?.getTime() ?? Math.max(day.now, from), day.to);
    if (to < day.from || from >= day.to) continue;
    const width = Math.min(1, Math.max((to - from) / length, LEAST_WIDTH));
    const bar = { run, left: Math.min((from - day.from) / length, 1 - width), width };
    const rows = lanes.get(run.project.slug) ?? [];
    lanes.set(run.project.slug, rows);
    const free = rows.find((row) => {
      const last = row.at(-1);
      return last !== undefined && last.left + last.width <= bar.left;
    });
    if (free) free.push(bar);
    else rows.push([bar]);
  }
  return [...lanes].map(([project, rows]) => ({ project, rows }));
}
