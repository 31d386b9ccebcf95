import { diffLines, diffWordsWithSpace } from "diff";

/** Part of a line; `changed` marks the words that differ. */
export interface DiffPart {
  text: string;
  changed: boolean;
}

export interface DiffSide {
  number: number;
  parts: DiffPart[];
}

/** A row of the split view. Equal rows have both sides; a change without partner has one. */
export interface DiffRow {
  kind: "equal" | "changed";
  left: DiffSide | null;
  right: DiffSide | null;
}

/** Rows to draw, or a run of equal rows that is folded. */
export type DiffBlock = { folded: false; rows: DiffRow[] } | { folded: true; rows: DiffRow[] };

const splitLines = (text: string) => {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
};

// Above this, word-level work costs more than it tells.
const longestWordDiff = 2000;

function wordParts(before: string, after: string): { left: DiffPart[]; right: DiffPart[]; similar: boolean } {
  if (before.length + after.length > longestWordDiff)
    return { left: [{ text: before, changed: false }], right: [{ text: after, changed: false }], similar: false };
  const changes = diffWordsWithSpace(before, after);
  const left = changes.filter((change) => !change.added).map((change) => ({ text: change.value, changed: change.removed }));
  const right = changes.filter((change) => !change.removed).map((change) => ({ text: change.value, changed: change.added }));
  const kept = changes.filter((change) => !change.added && !change.removed).reduce((sum, change) => sum + change.value.trim().length, 0);
  return { left, right, similar: kept * 4 >= Math.min(before.trim().length, after.trim().length) };
}

const whole = (text: string): DiffPart[] => [{ text, changed: false }];

function changedRows(removed: string[], added: string[], leftAt: number, rightAt: number): DiffRow[] {
  return Array.from({ length: Math.max(removed.length, added.length) }, (_, index): DiffRow => {
    const before = removed[index];
    const after = added[index];
    const words = before !== undefined && after !== undefined ? wordParts(before, after) : null;
    const usable = words?.similar ? words : null;
    return {
      kind: "changed",
      left: before === undefined ? null : { number: leftAt + index, parts: usable?.left ?? whole(before) },
      right: after === undefined ? null : { number: rightAt + index, parts: usable?.right ?? whole(after) },
    };
  });
}

/** Rows of two texts side by side. */
export function diffRows(before: string, after: string): DiffRow[] {
  const rows: DiffRow[] = [];
  let left = 1;
  let right = 1;
  let removed: string[] = [];
  const flush = (added: string[]) => {
    rows.push(...changedRows(removed, added, left, right));
    left += removed.length;
    right += added.length;
    removed = [];
  };
  for (const change of diffLines(before, after)) {
    const lines = splitLines(change.value);
    if (change.removed) {
      if (removed.length > 0) flush([]);
      removed = lines;
    } else if (change.added) flush(lines);
    else {
      if (removed.length > 0) flush([]);
      for (const line of lines) {
        rows.push({ kind: "equal", left: { number: left, parts: whole(line) }, right: { number: right, parts: whole(line) } });
        left += 1;
        right += 1;
      }
    }
  }
  if (removed.length > 0) flush([]);
  return rows;
}

/** Folds runs of equal rows that are further than `context` rows from a change. */
export function foldRows(rows: DiffRow[], context: number): DiffBlock[] {
  const near = new Uint8Array(rows.length);
  rows.forEach((row, index) => {
    if (row.kind === "equal") return;
    near.fill(1, Math.max(0, index - context), Math.min(rows.length, index + context + 1));
  });
  const blocks: DiffBlock[] = [];
  rows.forEach((row, index) => {
    const folded = near[index] === 0;
    const last = blocks.at(-1);
    if (last && last.folded === folded) last.rows.push(row);
    else blocks.push({ folded, rows: [row] });
  });
  // Folding a single line would take as much room as the line.
  return blocks.map((block) => (block.folded && block.rows.length < 2 ? { folded: false, rows: block.rows } : block));
}

/** How many lines were added and removed. */
export function diffStats(before: string, after: string): { added: number; removed: number } {
  const rows = diffRows(before, after).filter((row) => row.kind === "changed");
  return { added: rows.filter((row) => row.right !== null).length, removed: rows.filter((row) => row.left !== null).length };
}
