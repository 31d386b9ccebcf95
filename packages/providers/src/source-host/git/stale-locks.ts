import { rm, stat } from "node:fs/promises";

// Git writes refs under `<ref>.lock`, held for milliseconds. A process killed just then leaves the file, and git never takes
// it away by itself: each later update fails. Anything much older than a healthy update is such a leftover.
const LOCK_IN_MESSAGE = /Unable to create '([^']+\.lock)': File exists/g;

/**
 * Removes the ref locks that a failed git command complained about when they are older than `staleAfterMs`. Returns whether
 * the command failed because of a lock at all, so that the caller tries again.
 */
export async function clearStaleLocks(stderr: string, directory: string, staleAfterMs: number): Promise<boolean> {
  let isLocked = false;
  for (const [, lock] of stderr.matchAll(LOCK_IN_MESSAGE)) {
    if (lock === undefined || !lock.startsWith(`${directory}/`)) continue;
    isLocked = true;
    const found = await stat(lock).catch(() => null);
    if (found && Date.now() - found.mtimeMs > staleAfterMs) await rm(lock, { force: true });
  }
  return isLocked;
}
