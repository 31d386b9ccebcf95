import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { DatabaseError } from "../database-error.ts";
import { askBeacon, clearBeacon, lightBeacon } from "./owner-beacon.ts";
import { describeSelf, isForeign, isRunning, type ProcessIdentity } from "./process-identity.ts";

/** Proof of owning a folder until released. */
export type OwnerLock = { release(): void };

/** What the lock file says. */
type OwnerRecord = ProcessIdentity & { token: string; beacon?: string | undefined };

const LOCK_NAME = "owner.lock";

/** A claim is held for microseconds, so claims on claims on claims mean a fault of another kind. */
const DEEPEST_CLAIM = 3;

/**
 * Makes this process the owner of the folder. PGlite itself would let two processes write one folder, to its ruin.
 * Only the lock of a process that is provably gone is removed: never one that looks idle. Throws CONFLICT if it is owned.
 */
export async function acquireOwnerLock(folder: string): Promise<OwnerLock> {
  const token = randomBytes(8).toString("hex");
  const beacon = await lightBeacon(folder, token);
  const self: OwnerRecord = { ...describeSelf(), token, beacon: beacon.name };
  const file = path.join(folder, LOCK_NAME);
  try {
    const owner = await takeFile(file, self, 0);
    if (owner) {
      throw new DatabaseError(
        "CONFLICT",
        `The data folder ${folder} is in use by process ${owner.pid}. Stop that process first, or start with another data folder.`,
      );
    }
  } catch (error) {
    beacon.close();
    throw error;
  }
  return {
    release() {
      removeFile(file, self);
      beacon.close();
    },
  };
}

/** Makes `self` the holder of the file, or returns the living one that holds it. */
async function takeFile(file: string, self: OwnerRecord, depth: number): Promise<OwnerRecord | undefined> {
  for (let turn = 0; turn < 20; turn += 1) {
    if (turn > 0) await pause(5);
    if (createFile(file, self)) return undefined;
    const found = readFile(file);
    if (found === undefined) continue;
    if (await isAlive(found, path.dirname(file))) return found;
    await reap(file, found, self, depth);
  }
  throw new DatabaseError("CONFLICT", `The lock file ${file} keeps changing hands. Try again.`);
}

/** False only if the owner is gone for certain. Its pid tells, unless it belongs to another container; then its beacon does. */
async function isAlive(owner: OwnerRecord, folder: string): Promise<boolean> {
  return isForeign(owner) ? (await askBeacon(folder, owner.beacon)) !== false : isRunning(owner);
}

/** The record is complete the moment the file has its name, so no reader sees half of it. */
function createFile(file: string, record: OwnerRecord): boolean {
  const draft = `${file}.${record.token}`;
  fs.writeFileSync(draft, JSON.stringify(record), { flag: "wx", mode: 0o600 });
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    fs.unlinkSync(draft);
  }
}

/**
 * Removes the lock of a dead process. Whoever does this holds a claim on the lock file and looks again under it, since
 * between looking and removing another process may have removed the dead lock and set its own.
 */
async function reap(file: string, dead: OwnerRecord, self: OwnerRecord, depth: number): Promise<void> {
  if (depth >= DEEPEST_CLAIM) throw new DatabaseError("CONFLICT", `Remove the files that start with ${file}, which a crash left behind.`);
  const claim = `${file}.claim`;
  if (await takeFile(claim, self, depth + 1)) return;
  if (removeFile(file, dead)) clearBeacon(path.dirname(file), dead.beacon);
  removeFile(claim, self);
}

/** Removes the file if it is still of this holder. */
function removeFile(file: string, holder: OwnerRecord): boolean {
  if (readFile(file)?.token !== holder.token) return false;
  fs.unlinkSync(file);
  return true;
}

/** The record in the file, or `undefined` if there is no file. */
function readFile(file: string): OwnerRecord | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DatabaseError("CONFLICT", `The lock file ${file} is damaged. Remove it if no Trellis uses this folder.`, { cause: error });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
