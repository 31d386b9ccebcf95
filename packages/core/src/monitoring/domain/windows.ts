const DAY_MS = 86_400_000;
/** Without new rows for this long, a window that lies in the past gets no more. */
export const QUIET_MS = 600_000;

/** A stretch of event time, from `start` (inside) to `end` (outside). */
export type Window = { start: Date; end: Date };

/** Where windows begin to count when nothing was judged yet: the UTC day of the first row. */
export function firstAnchor(firstRow: Date): Date {
  return new Date(Math.floor(firstRow.getTime() / DAY_MS) * DAY_MS);
}

/** The tumbling window that holds a moment: windows of one length, end to end, counted from the anchor in both directions. */
export function windowAt(anchor: Date, windowSeconds: number, moment: Date): Window {
  return windowOf(anchor, windowSeconds, windowIndex(anchor, windowSeconds, moment));
}

/** The number of the window that holds a moment; the one that begins at the anchor is 0. */
export function windowIndex(anchor: Date, windowSeconds: number, moment: Date): number {
  return Math.floor((moment.getTime() - anchor.getTime()) / (windowSeconds * 1000));
}

/** The window of this number. */
export function windowOf(anchor: Date, windowSeconds: number, index: number): Window {
  const start = anchor.getTime() + index * windowSeconds * 1000;
  return { start: new Date(start), end: new Date(start + windowSeconds * 1000) };
}

/** What is known of a window's rows and of what lies around them. */
export type WindowRows = {
  /** The windows right before and right after have rows. */
  hasPrevious: boolean;
  hasNext: boolean;
  /** Event times of its own first and last row; null when they were not noted. */
  firstRow: Date | null;
  lastRow: Date | null;
  /** When the last rows of the version were written down. */
  lastLoggedAt: Date;
};

/** Part of a window that traffic may leave out at an edge; with more, some weekdays or hours are missing and look like drift. */
const EDGE_SHARE = 0.1;

/**
 * True when the window can be judged: it will hardly get more rows, and traffic covers it. It gets no more when the next one has
 * some, or when it lies in the past and nothing has come for ten minutes. Event time decides, not the clock: a replay of last
 * month fills its windows one after the other, also when a single row of today came before it. It is covered unless traffic
 * begins or ends inside it. A window that grows afterwards is judged again all the same.
 */
export function isComplete(window: Window, rows: WindowRows, now: Date): boolean {
  const isQuiet = now >= window.end && now.getTime() - rows.lastLoggedAt.getTime() >= QUIET_MS;
  return (rows.hasNext || isQuiet) && isCovered(window, rows);
}

function isCovered(window: Window, { hasPrevious, hasNext, firstRow, lastRow }: WindowRows): boolean {
  const margin = (window.end.getTime() - window.start.getTime()) * EDGE_SHARE;
  if (!hasPrevious && firstRow && firstRow.getTime() > window.start.getTime() + margin) return false;
  return hasNext || lastRow === null || lastRow.getTime() >= window.end.getTime() - margin;
}
