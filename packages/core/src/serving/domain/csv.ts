/**
 * Reads CSV (RFC 4180): commas, double quotes doubled inside quotes, LF or CRLF. Every line has as many cells as the header.
 * Returns null cells for empty unquoted ones. Throws `CsvError` with the line, counted from 1.
 */
export function parseCsv(text: string): { header: string[]; rows: (string | null)[][] } {
  const records = readRecords(text.startsWith("\ufeff") ? text.slice(1) : text);
  const [first, ...rows] = records;
  if (!first) throw new CsvError(1, "The text is empty; the first line must hold the names of the features.");
  const header = first.cells.map((cell) => cell ?? "");
  for (const { cells, line } of rows) {
    if (cells.length !== header.length) throw new CsvError(line, `It has ${cells.length} cells, the header has ${header.length}.`);
  }
  return { header, rows: rows.map((record) => record.cells) };
}

/** What is wrong with a CSV text, and in which line. */
export class CsvError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(`Line ${line}: ${message}`);
    this.line = line;
  }
}

type CsvRecord = { cells: (string | null)[]; line: number };

function readRecords(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const record: CsvRecord = { cells: [], line };
    for (;;) {
      const cell = text[at] === '"' ? readQuoted(text, at, line) : readPlain(text, at);
      record.cells.push(cell.value);
      line += cell.lines;
      at = cell.end;
      if (text[at] !== ",") break;
      at += 1;
    }
    at += text.startsWith("\r\n", at) ? 2 : 1;
    line += 1;
    // A line with nothing on it, as at the end of a file, is no row.
    if (record.cells.length > 1 || record.cells[0] !== null) records.push(record);
  }
  return records;
}

function readPlain(text: string, start: number): { value: string | null; end: number; lines: number } {
  let end = start;
  while (end < text.length && text[end] !== "," && text[end] !== "\n" && !text.startsWith("\r\n", end)) end += 1;
  const value = text.slice(start, end);
  return { value: value === "" ? null : value, end, lines: 0 };
}

function readQuoted(text: string, start: number, line: number): { value: string; end: number; lines: number } {
  let at = start + 1;
  let value = "";
  for (;;) {
    const close = text.indexOf('"', at);
    if (close < 0) throw new CsvError(line, "A quoted cell is not closed.");
    value += text.slice(at, close);
    if (text[close + 1] !== '"') {
      const end = close + 1;
      const isEnd = end >= text.length || text[end] === "," || text[end] === "\n" || text.startsWith("\r\n", end);
      if (!isEnd) throw new CsvError(line, "There is text after the closing quote of a cell.");
      return { value, end, lines: value.split("\n").length - 1 };
    }
    value += '"';
    at = close + 2;
  }
}
