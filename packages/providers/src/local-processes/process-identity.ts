import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { RecordedIdentity } from "./state-file.ts";

/** One line of `/proc/<pid>/stat`, as far as it is needed. */
export type ProcessStat = { pid: number; state: string; parent: number; group: number; session: number; startTime: string };

let cachedBootId: string | undefined;

/** Changes with every start of the machine; process numbers and start times mean nothing across it. */
export function bootId(): string {
  cachedBootId ??= readBootId();
  return cachedBootId;
}

function readBootId(): string {
  if (process.platform === "linux") return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return execFileSync("/usr/sbin/sysctl", ["-n", "kern.boottime"], { encoding: "utf8" }).replace(/\D+/g, "-");
}

/** Reads `/proc/<pid>/stat`; null when there is no such process. Linux only. */
export function readProcessStat(pid: number): ProcessStat | null {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return null;
  }
}

/** Parses a stat line (proc_pid_stat(5)); the command name in parentheses may hold spaces and parentheses. */
export function parseProcessStat(text: string): ProcessStat | null {
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  const [state, parent, group, session] = fields;
  const startTime = fields[19];
  if (end < 0 || !state || !startTime) return null;
  return { pid: Number.parseInt(text, 10), state, parent: Number(parent), group: Number(group), session: Number(session), startTime };
}

/** True while the process of a state record lives; a zombie (ended, not yet reaped) does not. */
export function isAlive(identity: RecordedIdentity): boolean {
  if (identity.bootId !== bootId()) return false;
  if (process.platform === "linux") {
    const stat = readProcessStat(identity.pid);
    return stat !== null && stat.startTime === identity.startTime && stat.state !== "Z" && stat.state !== "X";
  }
  try {
    const line = execFileSync("/bin/ps", ["-o", "lstart=", "-p", String(identity.pid)], { encoding: "utf8" });
    return line.trim() === identity.startTime;
  } catch {
    return false;
  }
}
