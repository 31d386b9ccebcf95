/** What a column of a CSV file holds. Numbers that are all whole are integers. */
export type ColumnType = "integer" | "double" | "boolean" | "string" | "empty";

export type ColumnProfile = {
  name: string;
  type: ColumnType;
  /** Cells that are empty, or say NA, NaN or null. */
  missing: number;
  /** Different values; of more than MAX_DISTINCT only that there are more. */
  distinct: number;
  moreDistinct: boolean;
  /** Of numbers. */
  min: number | null;
  mean: number | null;
  max: number | null;
  /** The most frequent values, of text and truth values. */
  top: { value: string; count: number }[];
};

export const MAX_DISTINCT = 1_000;
const MAX_COLUMNS = 500;
const TOP = 5;
const MISSING = new Set(["", "na", "n/a", "nan", "null", "none"]);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE = /^[+-]?\d+$/;

/** Rows of a CSV text (RFC 4180, also with `\n`); a quote that is never closed takes the rest. */
export function* csvRows(text: string): Generator<string[]> {
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? "";
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (letter === '"' && cell === "") quoted = true;
    else if (letter === ",") {
      row.push(cell);
      cell = "";
    } else if (letter === "\n") {
      row.push(cell.endsWith("\r") ? cell.slice(0, -1) : cell);
      if (row.length > 1 || row[0] !== "") yield row;
      row = [];
      cell = "";
    } else cell += letter;
  }
  row.push(cell);
  if (row.length > 1 || row[0] !== "") yield row;
}

/** Profile of a CSV with a header; rows past `maxRows` are not looked at. */
export function profileCsv(text: string, maxRows: number): { rows: number; more: boolean; columns: ColumnProfile[] } {
  let columns: Accumulator[] | null = null;
  let rows = 0;
  for (const row of csvRows(text.replace(/^\uFEFF/, ""))) {
    if (!columns) {
      columns = row.slice(0, MAX_COLUMNS).map((name) => new Accumulator(name));
      continue;
    }
    if (rows === maxRows) return { rows, more: true, columns: columns.map((column) => column.profile()) };
    rows += 1;
    columns.forEach((column, place) => column.add((row[place] ?? "").trim()));
  }
  return { rows, more: false, columns: (columns ?? []).map((column) => column.profile()) };
}

class Accumulator {
  readonly #name: string;
  readonly #counts = new Map<string, number>();
  #more = false;
  #missing = 0;
  #present = 0;
  #numbers = 0;
  #whole = 0;
  #truths = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  constructor(name: string) {
    this.#name = name;
  }

  add(cell: string): void {
    if (MISSING.has(cell.toLowerCase())) {
      this.#missing += 1;
      return;
    }
    this.#present += 1;
    const count = this.#counts.get(cell);
    if (count !== undefined || this.#counts.size < MAX_DISTINCT) this.#counts.set(cell, (count ?? 0) + 1);
    else this.#more = true;
    if (/^(true|false)$/i.test(cell)) this.#truths += 1;
    if (!NUMBER.test(cell)) return;
    const value = Number(cell);
    this.#numbers += 1;
    if (WHOLE.test(cell)) this.#whole += 1;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  profile(): ColumnProfile {
    const type = this.#type();
    const isNumber = type === "integer" || type === "double";
    const top = [...this.#counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, TOP);
    return {
      name: this.#name,
      type,
      missing: this.#missing,
      distinct: this.#counts.size,
      moreDistinct: this.#more,
      min: isNumber ? this.#min : null,
      mean: isNumber ? this.#sum / this.#numbers : null,
      max: isNumber ? this.#max : null,
      top: isNumber ? [] : top.map(([value, count]) => ({ value: value.slice(0, 80), count })),
    };
  }

  #type(): ColumnType {
    if (this.#present === 0) return "empty";
    if (this.#truths === this.#present) return "boolean";
    if (this.#numbers < this.#present) return "string";
    return this.#whole === this.#present ? "integer" : "double";
  }
}
