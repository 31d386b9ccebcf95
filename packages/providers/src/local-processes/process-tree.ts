import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { bootId, parseProcessStat, type ProcessStat } from "./process-identity.ts";
import { readStateFileSync, type RecordedIdentity } from "./state-file.ts";

/** Which processes belong together: the wrapper's state file, and an environment entry (`NAME=value`) that all inherit. */
export type ProcessTree = { stateFile: string; marker: string };

/** How long the tree may take to vanish after SIGKILL (a process in uninterruptible sleep may not) before it is given up. */
const KILL_PATIENCE_MS = 10_000;
/** How long the wrapper alone may take to write down the exit code of its killed command. */
const WRAPPER_PATIENCE_MS = 500;

/**
 * Ends a whole process tree: SIGTERM to all, then SIGKILL to what is left after `graceMs`. Resolves when none is left.
 * The wrapper is spared until last, so that it writes down the exit code.
 */
export async function stopTree(tree: ProcessTree, graceMs: number): Promise<void> {
  if (await endsPolitely(tree, graceMs)) return;
  const deadline = performance.now() + KILL_PATIENCE_MS;
  let aloneSince: number | null = null;
  while (performance.now() < deadline) {
    const { members, wrapper } = findMembers(tree);
    if (members.length === 0) return;
    const others = members.filter((pid) => pid !== wrapper);
    if (others.length === 0) aloneSince ??= performance.now();
    else aloneSince = null;
    const spareWrapper = others.length > 0 || performance.now() - (aloneSince ?? 0) < WRAPPER_PATIENCE_MS;
    for (const pid of spareWrapper ? others : members) sendSignal(pid, "SIGKILL");
    await delay(5);
  }
}

/** SIGTERM to all, once: what a command starts in order to tidy up is left alone. True when none is left within `graceMs`. */
async function endsPolitely(tree: ProcessTree, graceMs: number): Promise<boolean> {
  const deadline = performance.now() + graceMs;
  let asked: { command: number | null } | null = null;
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 1.5, 100)) {
    const found = findMembers(tree);
    if (found.members.length === 0) return true;
    // The wrapper heeds no SIGTERM, so one that came before it started its command must be sent again.
    if (asked === null || (found.command !== null && found.command !== asked.command)) {
      sendToTree(found, "SIGTERM");
      asked = { command: found.command };
    }
    const left = deadline - performance.now();
    if (left <= 0) return false;
    await delay(Math.min(pauseMs, left));
  }
}

function sendToTree({ members, group }: Members, signal: NodeJS.Signals): void {
  if (group !== null) sendSignal(-group, signal);
  for (const pid of members) if (group === null || !inGroup(pid, group)) sendSignal(pid, signal);
}

type Members = {
  members: number[];
  wrapper: number | null;
  /** The wrapper's one child. */
  command: number | null;
  /** Set while the wrapper's process group is proven ours. */
  group: number | null;
};

/**
 * Every living process of the tree. On Linux: same process group or session as the wrapper, a descendant of a member, or
 * the marker in its environment (which finds those that left the session). Elsewhere only the group can be asked.
 */
export function findMembers(tree: ProcessTree): Members {
  const record = readStateFileSync(tree.stateFile);
  const identity = record.kind === "running" || record.kind === "exited" ? record.identity : null;
  if (process.platform !== "linux") return groupOnly(identity);
  const processes = listProcesses();
  const group = identity && groupIsOurs(identity, processes) ? identity.pid : null;
  const members = new Set<number>();
  for (const entry of processes.values()) {
    if (group !== null && (entry.group === group || entry.session === group)) members.add(entry.pid);
    else if (hasMarker(entry.pid, tree.marker)) members.add(entry.pid);
  }
  addDescendants(members, processes);
  const wrapper = group !== null && members.has(group) ? group : null;
  const command = [...members].find((pid) => wrapper !== null && processes.get(pid)?.parent === wrapper) ?? null;
  return { members: [...members], wrapper, command, group };
}

function groupOnly(identity: RecordedIdentity | null): Members {
  const group = identity && identity.bootId === bootId() && sendSignal(-identity.pid, 0) ? identity.pid : null;
  return { members: group === null ? [] : [group], wrapper: group, command: null, group };
}

/** A number stays taken while its group has members; so either the wrapper itself bears it, or nobody does. */
function groupIsOurs(identity: RecordedIdentity, processes: Map<number, ProcessStat>): boolean {
  if (identity.bootId !== bootId()) return false;
  const bearer = processes.get(identity.pid);
  return bearer === undefined || bearer.startTime === identity.startTime;
}

function listProcesses(): Map<number, ProcessStat> {
  const processes = new Map<number, ProcessStat>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const stat = readFileOrNull(`/proc/${name}/stat`);
    const parsed = stat === null ? null : parseProcessStat(stat);
    if (parsed && parsed.state !== "Z" && parsed.state !== "X") processes.set(parsed.pid, parsed);
  }
  return processes;
}

function addDescendants(members: Set<number>, processes: Map<number, ProcessStat>): void {
  for (let grown = true; grown;) {
    grown = false;
    for (const entry of processes.values()) {
      if (members.has(entry.pid) || !members.has(entry.parent)) continue;
      members.add(entry.pid);
      grown = true;
    }
  }
}

function hasMarker(pid: number, marker: string): boolean {
  const environ = readFileOrNull(`/proc/${pid}/environ`);
  return environ !== null && `\0${environ}`.includes(`\0${marker}\0`);
}

function inGroup(pid: number, group: number): boolean {
  const stat = readFileOrNull(`/proc/${pid}/stat`);
  return stat !== null && parseProcessStat(stat)?.group === group;
}

/** Processes come and go while the list is read, and those of other users cannot be read: neither is ours. */
function readFileOrNull(file: string): string | null {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return null;
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
