/** A move of an alias, as it was written down. */
export type AliasMove = { alias: string; fromVersion: number | null; toVersion: number | null; actorName: string; reason: string; at: Date };

/** A time during which an alias named one version. */
export type AliasInterval = { alias: string; version: number; from: Date; /** Null = until now. */ until: Date | null; movedBy: string; reason: string };

/** Who was what, and when: the moves, in the order in which they happened, as intervals, newest first. A time without a version leaves no interval. */
export function aliasIntervals(moves: readonly AliasMove[]): AliasInterval[] {
  const intervals: AliasInterval[] = [];
  const open = new Map<string, AliasInterval>();
  for (const move of moves) {
    const before = open.get(move.alias);
    if (before) before.until = move.at;
    open.delete(move.alias);
    if (move.toVersion === null) continue;
    const interval = { alias: move.alias, version: move.toVersion, from: move.at, until: null, movedBy: move.actorName, reason: move.reason };
    open.set(move.alias, interval);
    intervals.push(interval);
  }
  return intervals.toReversed();
}
