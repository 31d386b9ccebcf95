import { storableText } from "../../kernel/storable-text.ts";

/** What signals say to people. */
const SIGNALS: Record<number, string> = { 2: "interrupted", 6: "aborted", 9: "killed (out of memory?)", 11: "crashed (segmentation fault)", 15: "terminated" };

/**
 * Why a command ended badly, for people: what the exit code means, and the last line of its log that says something.
 * `logTail` is the end of its log.
 */
export function exitReason(exitCode: number, logTail: string): string {
  const last = lastTellingLine(logTail);
  const meaning = meaningOf(exitCode, last);
  const quoted = last && !meaning?.includes(last) ? `: ${last}` : "";
  return `${meaning ? `${meaning} (exit code ${exitCode})` : `Exit code ${exitCode}`}${quoted}`;
}

/** The last line that is no mere frame of a trace and no decoration; at most 300 characters, without terminal codes. */
export function lastTellingLine(logTail: string): string {
  const lines = storableText(stripAnsi(logTail))
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim());
  const telling = lines.filter((line) => line !== "" && !/^[-=~^*_#\s]+$/.test(line));
  const last = telling.at(-1) ?? "";
  return last.length > 300 ? `${last.slice(0, 299)}…` : last;
}

function meaningOf(exitCode: number, last: string): string | null {
  const missing = /(?:ModuleNotFoundError: )?No module named '?([\w.]+)'?/.exec(last);
  if (missing?.[1]) return `Python module not found: ${missing[1]}`;
  if (exitCode === 127) {
    const command = /(?:^|: )(?:\d+: )?([^\s:]+): (?:command )?not found$/.exec(last);
    return command?.[1] ? `Command not found: ${command[1]}` : "Command not found";
  }
  if (exitCode === 126) return "The command cannot be executed";
  if (exitCode === 125) return "The command could not be started";
  if (exitCode > 128 && exitCode < 160) {
    const signal = exitCode - 128;
    const words = SIGNALS[signal] ?? `ended by signal ${signal}`;
    return words.charAt(0).toUpperCase() + words.slice(1);
  }
  return null;
}

function stripAnsi(text: string): string {
  return text.replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[ -/]*[@-~]`, "g"), "");
}
