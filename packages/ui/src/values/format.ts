import type { Moment } from "../foundation/types.ts";

/** Epoch milliseconds of a moment; NaN for what is not one. */
export function epochOf(at: Moment): number {
  if (typeof at === "number") return at;
  return at instanceof Date ? at.getTime() : Date.parse(at);
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A duration in words with at most two units: "420 ms", "2 min 24 s", "5 h 42 min", "3 d 4 h". */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  const sign = ms < 0 ? "−" : "";
  const value = Math.abs(ms);
  if (value < second) return `${sign}${Math.round(value)} ms`;
  if (value < 10 * second) return `${sign}${(Math.floor(value / 100) / 10).toFixed(1).replace(/\.0$/, "")} s`;
  if (value < minute) return `${sign}${Math.floor(value / second)} s`;
  if (value < hour) return `${sign}${Math.floor(value / minute)} min ${Math.floor((value % minute) / second)} s`;
  if (value < day) return `${sign}${Math.floor(value / hour)} h ${Math.floor((value % hour) / minute)} min`;
  const hours = Math.floor((value % day) / hour);
  return `${sign}${Math.floor(value / day)} d${hours > 0 ? ` ${hours} h` : ""}`;
}

/** A size in decimal units: "640 B", "5.8 kB", "38.2 MB". */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return "–";
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${bytes < 0 ? "−" : ""}${value.toFixed(digits)} ${units[unit]}`;
}

export interface NumberFormat {
  /** Digits after the point; by default up to four significant ones. */
  digits?: number | undefined;
  /** 2.4 M instead of 2,418,660. */
  compact?: boolean | undefined;
  /** Always with a sign. */
  sign?: boolean | undefined;
}

/** A number for reading: thousands grouped, true minus, no noise digits. */
export function formatNumber(value: number, { digits, compact, sign }: NumberFormat = {}): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const options: Intl.NumberFormatOptions = { signDisplay: sign ? "exceptZero" : "auto" };
  if (compact && size >= 10_000) {
    options.notation = "compact";
    options.maximumFractionDigits = 1;
  } else if (digits !== undefined) {
    options.minimumFractionDigits = digits;
    options.maximumFractionDigits = digits;
  } else if (size !== 0 && (size < 0.0001 || size >= 1e15)) {
    options.notation = "scientific";
    options.maximumSignificantDigits = 3;
  } else if (Number.isInteger(value) || size >= 10_000) {
    options.maximumFractionDigits = 0;
  } else {
    options.maximumSignificantDigits = size >= 1000 ? 5 : 4;
  }
  return new Intl.NumberFormat("en", options)
    .format(value)
    .replace("-", "−")
    .replace(/(\d)([KMBT])$/, "$1 $2");
}

/** How long ago or ahead: "just now", "3 min ago", "in 2 h", "yesterday", "3 wk ago". */
export function formatRelative(at: Moment, now: number): string {
  const ms = epochOf(at) - now;
  if (!Number.isFinite(ms)) return "unknown time";
  const size = Math.abs(ms);
  const say = (words: string) => (ms < 0 ? `${words} ago` : `in ${words}`);
  if (size < 10 * second) return ms <= 0 ? "just now" : "in a moment";
  if (size < minute) return say(`${Math.floor(size / second)} s`);
  if (size < hour) return say(`${Math.floor(size / minute)} min`);
  if (size < day) return say(`${Math.floor(size / hour)} h`);
  if (size < 2 * day) return ms < 0 ? "yesterday" : "tomorrow";
  if (size < 14 * day) return say(`${Math.floor(size / day)} d`);
  if (size < 60 * day) return say(`${Math.floor(size / (7 * day))} wk`);
  if (size < 730 * day) return say(`${Math.floor(size / (30.44 * day))} mo`);
  return say(`${Math.floor(size / (365.25 * day))} y`);
}

/** "2026-11-24 15:04:09 UTC", the same on every machine. */
export function formatAbsolute(at: Moment): string {
  const time = epochOf(at);
  if (!Number.isFinite(time)) return "unknown time";
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** "15:04:09" in UTC. */
export function formatClock(at: Moment): string {
  const time = epochOf(at);
  return Number.isFinite(time) ? new Date(time).toISOString().slice(11, 19) : "–";
}

/** "24 Nov 2026" in UTC. */
export function formatDate(at: Moment): string {
  const time = epochOf(at);
  if (!Number.isFinite(time)) return "unknown date";
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(time);
}

/** The first and last characters of a digest: "sha256:3fa97c…12d4". */
export function shortenId(value: string, keep?: number): string {
  if (keep !== undefined) return value.length > keep ? value.slice(0, keep) : value;
  const colon = value.indexOf(":");
  const head = colon > 0 && colon < 10 ? value.slice(0, colon + 1) : "";
  const body = value.slice(head.length);
  return body.length > 14 ? `${head}${body.slice(0, 6)}…${body.slice(-4)}` : value;
}
