/** A piece of a log line with one look. `color` names a token class below, never a literal colour. */
export interface AnsiPiece {
  text: string;
  color: AnsiColor | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}

export type AnsiColor = "black" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "white";

const colors: AnsiColor[] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

type Look = Omit<AnsiPiece, "text">;
const plain: Look = { color: null, bold: false, dim: false, italic: false, underline: false };

// CSI and OSC sequences, two-byte escapes, and control characters except tab.
const escapes = /\u001b\[([0-9;:]*)([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\-_]|[\u0000-\u0008\u000b-\u001f\u007f]/g;

function nearest(red: number, green: number, blue: number): AnsiColor {
  const bit = (value: number) => (value > 110 ? 1 : 0);
  return colors[bit(red) + 2 * bit(green) + 4 * bit(blue)] ?? "white";
}

function extended(codes: number[], at: number): { color: AnsiColor | null; used: number } {
  if (codes[at + 1] === 5) {
    const index = codes[at + 2] ?? 7;
    if (index < 16) return { color: colors[index % 8] ?? null, used: 2 };
    if (index >= 232) return { color: index < 244 ? "black" : "white", used: 2 };
    const cube = index - 16;
    const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
    return { color: nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)), used: 2 };
  }
  if (codes[at + 1] === 2) return { color: nearest(codes[at + 2] ?? 0, codes[at + 3] ?? 0, codes[at + 4] ?? 0), used: 4 };
  return { color: null, used: 0 };
}

/** The look after an SGR sequence (ECMA-48, section 8.3.117). Backgrounds are dropped: they break in one of two themes. */
function applySgr(look: Look, parameters: string): Look {
  const codes = parameters === "" ? [0] : parameters.split(/[;:]/).map(Number);
  let next = look;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) next = plain;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 3) next = { ...next, italic: true };
    else if (code === 4) next = { ...next, underline: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 23) next = { ...next, italic: false };
    else if (code === 24) next = { ...next, underline: false };
    else if (code === 39) next = { ...next, color: null };
    else if (code >= 30 && code <= 37) next = { ...next, color: colors[code - 30] ?? null };
    else if (code >= 90 && code <= 97) next = { ...next, color: colors[code - 90] ?? null };
    else if (code === 38 || code === 48) {
      const { color, used } = extended(codes, at);
      if (code === 38) next = { ...next, color };
      at += used;
    }
  }
  return next;
}

/** The line without escapes; progress bars that rewrite their line with carriage returns keep the last state. */
export function stripAnsi(line: string): string {
  return lastWrite(line).replace(escapes, "");
}

function lastWrite(line: string): string {
  const body = line.endsWith("\r") ? line.slice(0, -1) : line;
  const at = body.lastIndexOf("\r");
  return at < 0 ? body : body.slice(at + 1);
}

/** Pieces of a line by their look. Their texts joined are `stripAnsi(line)`. */
export function parseAnsi(line: string): AnsiPiece[] {
  const body = lastWrite(line);
  const pieces: AnsiPiece[] = [];
  let look = plain;
  let from = 0;
  for (const match of body.matchAll(escapes)) {
    if (match.index > from) pieces.push({ text: body.slice(from, match.index), ...look });
    from = match.index + match[0].length;
    if (match[2] === "m") look = applySgr(look, match[1] ?? "");
  }
  if (from < body.length) pieces.push({ text: body.slice(from), ...look });
  return pieces;
}
