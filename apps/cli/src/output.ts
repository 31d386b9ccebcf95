/** Prints a value as JSON when asked to, else by the given function. */
export function print(json: boolean | undefined, value: unknown, asText: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : asText()}\n`);
}

/** Rows under headings, columns as wide as they need to be. */
export function table(headings: string[], rows: (string | number | null | undefined)[][]): string {
  const cells = [headings, ...rows.map((row) => row.map((cell) => (cell === null || cell === undefined || cell === "" ? "-" : String(cell))))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  return cells.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join("  ")).join("\n");
}

/** `2026-11-24 16:07` in UTC. */
export function time(value: string | null | undefined): string {
  return value ? value.slice(0, 16).replace("T", " ") : "-";
}
