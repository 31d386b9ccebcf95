/**
 * The launcher: a small process that starts all others, because forking from the one that hosts the database costs tens of
 * milliseconds and stalls it. Its children lead sessions of their own and write to files, so they outlive it and the portal.
 * When the portal is gone it stays only as long as commands run whose logs must be kept within their limit.
 */
import { spawn } from "node:child_process";
import { appendFileSync, closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { enforceLogLimit, type LogLimit } from "./log-file.ts";
import type { LauncherCommand, LauncherEvent, ProcessReference, ProcessRequest } from "./messages.ts";
import { bootId } from "./process-identity.ts";
import { stopTree } from "./process-tree.ts";
import { overwriteExitCode, readStateFileSync, recordStartFailure } from "./state-file.ts";
import { START_FAILED, WRAPPER } from "./wrapper.ts";

/** How often the sizes of the logs are looked at; together with the disk's speed it bounds how far a log overshoots. */
const LOG_CHECK_MS = 200;
/** Grace for what a command left running in its process group when it ended. */
const LEFTOVER_GRACE_MS = 2_000;

/** By state file: several executions may follow each other in one log. */
const guarded = new Map<string, { file: string; limit: LogLimit }>();
let guardTimer: NodeJS.Timeout | undefined;
let children = 0;

process.on("message", (command: LauncherCommand) => {
  switch (command.type) {
    case "start":
      return start(command.request);
    case "stop":
      return stop(command);
    case "guard":
      return guard(command.reference);
    case "unguard":
      return unguard(command.stateFile);
    default:
      command satisfies never;
  }
});
process.on("disconnect", leaveWhenIdle);
// A terminal's Ctrl-C and a closed terminal are the portal's business; it disconnects when it goes.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});

function start(request: ProcessRequest): void {
  const { stateFile, logFile } = request;
  let log: number | undefined;
  try {
    log = openSync(logFile, "a");
    const child = spawn("/bin/sh", ["-c", WRAPPER, "trellis", stateFile, bootId(), request.command], {
      cwd: request.workFolder,
      env: { ...request.environment, ...markerEntry(request.marker) },
      detached: true,
      stdio: ["ignore", log, log],
    });
    let settled = false;
    child.once("spawn", () => {
      children += 1;
      guard(request);
      tell({ type: "started", stateFile });
    });
    child.once("error", (error) => {
      if (settled) return;
      settled = true;
      refuse(request, error);
    });
    child.once("exit", (code, signal) => {
      settled = true;
      children -= 1;
      if (signal) recordKill(stateFile, child.pid, signal);
      finish(request);
      if (child.pid !== undefined && groupLives(child.pid)) stopTree(request, LEFTOVER_GRACE_MS).catch(() => {});
    });
  } catch (error) {
    refuse(request, error);
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

function markerEntry(marker: string): Record<string, string> {
  const at = marker.indexOf("=");
  return { [marker.slice(0, at)]: marker.slice(at + 1) };
}

/** The wrapper itself was killed, so nobody else writes the exit code down. */
function recordKill(stateFile: string, pid: number | undefined, signal: NodeJS.Signals): void {
  const record = readStateFileSync(stateFile);
  if (record.kind !== "running" || record.identity.pid !== pid) return;
  try {
    overwriteExitCode(stateFile, 128 + constants.signals[signal]);
  } catch {
    // The portal then finds a dead process without an exit code and says so.
  }
}

function finish(request: ProcessRequest): void {
  try {
    enforceLogLimit(request.logFile, request.logLimit);
  } catch {
    // The log stays larger than wished; the outcome of the command matters more.
  }
  unguard(request.stateFile);
  tell({ type: "exited", stateFile: request.stateFile });
  if (!process.connected) leaveWhenIdle();
}

/** The command could not even be tried: says why in its log and records exit code 125. */
function refuse(request: ProcessRequest, error: unknown): void {
  try {
    if (recordStartFailure(request.stateFile, START_FAILED)) {
      appendFileSync(request.logFile, `[trellis] The command could not be started: ${reasonOf(error, request)}\n`);
    }
  } catch {
    // Nothing can be written here: the portal finds no state file and knows that it never began.
  }
  tell({ type: "started", stateFile: request.stateFile });
  tell({ type: "exited", stateFile: request.stateFile });
}

function reasonOf(error: unknown, request: ProcessRequest): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  switch (code) {
    // With an existing /bin/sh these two can only mean the folder.
    case "ENOENT":
    case "ENOTDIR":
      return `its work folder ${request.workFolder} does not exist.`;
    case "EACCES":
      return `its work folder ${request.workFolder} may not be entered.`;
    case "E2BIG":
      return "command line and environment are longer than this machine allows (128 KiB for one of them). Put it into a script.";
    case "EAGAIN":
    case "ENOMEM":
      return "this machine has no room for another process.";
    case "ENOSPC":
      return "the disk is full.";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function stop(command: Extract<LauncherCommand, { type: "stop" }>): void {
  stopTree(command.reference, command.graceMs).then(
    () => tell({ type: "stopped", ticket: command.ticket, error: null }),
    (error: unknown) => tell({ type: "stopped", ticket: command.ticket, error: String(error) }),
  );
}

function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

function guard(reference: ProcessReference): void {
  guarded.set(reference.stateFile, { file: reference.logFile, limit: reference.logLimit });
  guardTimer ??= setInterval(checkLogs, LOG_CHECK_MS);
}

function unguard(stateFile: string): void {
  guarded.delete(stateFile);
  if (guarded.size > 0) return;
  clearInterval(guardTimer);
  guardTimer = undefined;
}

function checkLogs(): void {
  for (const { file, limit } of guarded.values()) {
    try {
      enforceLogLimit(file, limit);
    } catch {
      // Tried again at the next look.
    }
  }
}

function tell(event: LauncherEvent): void {
  // The portal may vanish between the check and the write; what it needs to know is in the files.
  if (process.connected) process.send?.(event, undefined, undefined, () => {});
}

function leaveWhenIdle(): void {
  const commandsLeft = [...guarded.values()].some(({ limit }) => limit.keep === "head");
  if (children === 0 || !commandsLeft) process.exit(0);
}
