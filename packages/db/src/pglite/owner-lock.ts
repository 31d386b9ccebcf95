import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { DatabaseError } from "../database-error.ts";
import { describeSelf, isAlive, type ProcessIdentity } from "./process-identity.ts";

/** Proof of owning a folder until released. */
export type OwnerLock = { release(): void };

const LOCK_NAME = "owner.lock";

/** A claim is held for microseconds, so claims on claims on claims mean a fault of another kind. */
const DEEPEST_CLAIM = 3;

/**
 * Makes this process the owner of the folder. PGlite itself would let two processes write one folder, to its ruin.
 * Only the lock of a process that is provably gone is removed: never one that looks idle.
 */
export async function acquireOwnerLock(folder: string): Promise<OwnerLock> {
  const file = path.join(folder, LOCK_NAME);
  const holder = acquireFile(file, 0);
  if (holder.kind === "held") {
    throw new DatabaseError(
      "CONFLICT",
      `The data folder ${folder} is in use by process ${holder.owner.pid}. Stop that process first, or start with another data folder.`,
    );
  }
  return holder.lock;
}

type Acquired = { kind: "acquired"; lock: OwnerLock } | { kind: "held"; owner: ProcessIdentity };

function acquireFile(file: string, depth: number): Acquired {
  for (let turn = 0; turn < 20; turn += 1) {
    const lock = createLock(file);
    if (lock) return { kind: "acquired", lock };
    const found = readLock(file);
    if (found === undefined) continue;
    if (isAlive(found)) return { kind: "held", owner: found };
    reap(file, found, depth);
  }
  throw new DatabaseError("CONFLICT", `The lock file ${file} keeps changing hands. Try again.`);
}

/** The record is complete the moment the file has its name, so no reader sees half of it. */
function createLock(file: string): OwnerLock | undefined {
  const record = JSON.stringify({ ...describeSelf(), token: randomUUID() });
  const draft = `${file}.${randomUUID()}`;
  fs.writeFileSync(draft, record, { flag: "wx", mode: 0o600 });
  try {
    fs.linkSync(draft, file);
  } catch (error) {
    if (isCode(error, "EEXIST")) return undefined;
    throw error;
  } finally {
    fs.unlinkSync(draft);
  }
  return {
    release() {
      if (readText(file) === record) fs.unlinkSync(file);
    },
  };
}

/**
 * Removes the lock of a dead process. Whoever does this holds a claim on the lock file and looks again under it, since
 * between looking and removing another process may have removed the dead lock and set its own.
 */
function reap(file: string, dead: ProcessIdentity, depth: number): void {
  if (depth >= DEEPEST_CLAIM) throw new DatabaseError("CONFLICT", `Remove the lock files that start with ${file}, which a crash left behind.`);
  const claim = acquireFile(`${file}.claim`, depth + 1);
  if (claim.kind === "held") return;
  try {
    const now = readLock(file);
    if (now && JSON.stringify(now) === JSON.stringify(dead)) fs.unlinkSync(file);
  } finally {
    claim.lock.release();
  }
}

function readLock(file: string): ProcessIdentity | undefined {
  const text = readText(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DatabaseError("CONFLICT", `The lock file ${file} is damaged. Remove it if no Trellis uses this folder.`, { cause: error });
  }
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
