import fs from "node:fs";

/**
 * Which process, on which boot. A pid alone is used again after a while; with its start time and the boot it names one process
 * for good. The last three are empty where the system does not tell (only Linux does): then the pid alone decides.
 */
export type ProcessIdentity = {
  pid: number;
  /** Clock ticks after boot at which the process started (field 22 of /proc/<pid>/stat). */
  startTime: string;
  bootId: string;
  /** Pids of another namespace (a container) mean nothing here. */
  pidNamespace: string;
};

export function describeSelf(): ProcessIdentity {
  return { pid: process.pid, startTime: statusOf(process.pid).startTime, bootId: bootId(), pidNamespace: pidNamespace() };
}

/** True if the pid counts in another container of this machine and so says nothing here. */
export function isForeign(identity: ProcessIdentity): boolean {
  return identity.bootId === bootId() && identity.pidNamespace !== pidNamespace();
}

/** False only if the process is gone for certain. For processes that are not foreign. */
export function isRunning(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId()) return false;
  if (!exists(identity.pid)) return false;
  const { state, threads, startTime } = statusOf(identity.pid);
  // A process that is over stays in the table until its parent looks; while it has other threads, they may still write.
  if (state === "Z" && threads <= 1) return false;
  return startTime === "" || identity.startTime === "" || startTime === identity.startTime;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function statusOf(pid: number): { state: string; threads: number; startTime: string } {
  const stat = readOr(`/proc/${pid}/stat`);
  // The command name, in parentheses, may hold spaces and parentheses itself; fields are counted after its end, from 3 on.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", threads: Number(fields[17] ?? 0), startTime: fields[19] ?? "" };
}

function bootId(): string {
  return readOr("/proc/sys/kernel/random/boot_id").trim();
}

function pidNamespace(): string {
  try {
    return fs.readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

function readOr(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
