import { readFile, mkdir, open, rm } from "node:fs/promises";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import path from "node:path";

/**
 * The state file of a process: created by the wrapper with O_EXCL as its very first act, so whoever creates it decides
 * whether the command ever runs. One line, its first eight characters are overwritten in place at the end (no new disk
 * block is needed for that, so a full disk does not hide an exit code):
 *
 *     running  <pid> <boot id> <start time>
 *     exit   0 <pid> <boot id> <start time>
 *     fenced
 */
export type StateRecord =
  | { kind: "absent" }
  /** Created, but nothing in it: its writer is about to write, or could not. */
  | { kind: "empty" }
  | { kind: "fenced" }
  | { kind: "running"; identity: RecordedIdentity }
  | { kind: "exited"; exitCode: number; identity: RecordedIdentity | null };

/** What tells a process from a later one with the same number. */
export type RecordedIdentity = { pid: number; bootId: string; startTime: string };

/** Reads the text of a state file; anything that is not one of its forms counts as `empty`. */
export function parseStateRecord(text: string): StateRecord {
  const head = text.slice(0, 8);
  if (head.startsWith("fenced")) return { kind: "fenced" };
  const identity = parseIdentity(text.slice(8));
  if (head === "running " && identity) return { kind: "running", identity };
  const exit = /^exit ([ \d]{2}\d)$/.exec(head);
  if (exit) return { kind: "exited", exitCode: Number(exit[1]), identity };
  return { kind: "empty" };
}

function parseIdentity(text: string): RecordedIdentity | null {
  const match = /^ (\d+) (\S+) (\S.*)\n$/.exec(text);
  if (!match?.[1] || !match[2] || !match[3]) return null;
  return { pid: Number(match[1]), bootId: match[2], startTime: match[3].trim() };
}

/** Reads a state file. */
export async function readStateFile(file: string): Promise<StateRecord> {
  try {
    return parseStateRecord(await readFile(file, "utf8"));
  } catch (error) {
    if (isErrno(error, "ENOENT") || isErrno(error, "ENOTDIR")) return { kind: "absent" };
    throw error;
  }
}

/** Same as {@link readStateFile}, for the launcher, which has nothing else to do meanwhile. */
export function readStateFileSync(file: string): StateRecord {
  try {
    return parseStateRecord(readFileSync(file, "utf8"));
  } catch (error) {
    if (isErrno(error, "ENOENT") || isErrno(error, "ENOTDIR")) return { kind: "absent" };
    throw error;
  }
}

/**
 * Makes sure that a process that has not begun never will. True when this call (or an earlier one) did it, false when a
 * process had begun before. Throws when the file cannot be written; then nothing is decided.
 */
export async function fenceStateFile(file: string): Promise<boolean> {
  await mkdir(path.dirname(file), { recursive: true });
  let handle;
  try {
    handle = await open(file, "wx");
  } catch (error) {
    if (isErrno(error, "EEXIST")) return (await readStateFile(file)).kind === "fenced";
    throw error;
  }
  try {
    await handle.writeFile("fenced\n");
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return true;
}

/** Records an exit code in place of `running`, for a wrapper that was killed before it could. */
export function overwriteExitCode(file: string, exitCode: number): void {
  const descriptor = openSync(file, "r+");
  try {
    writeSync(descriptor, `exit ${String(exitCode).padStart(3)}`, 0);
  } finally {
    closeSync(descriptor);
  }
}

/** Records the end of a process that could not be started at all; false when a state file exists already. */
export function recordStartFailure(file: string, exitCode: number): boolean {
  try {
    const descriptor = openSync(file, "wx");
    try {
      writeSync(descriptor, `exit ${String(exitCode).padStart(3)}\n`);
    } finally {
      closeSync(descriptor);
    }
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  }
}

/** True for a system error with this code. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
