import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const LEFTOVER_AGE_MS = 24 * 60 * 60 * 1000;

/** Where private indexes and new files lie while a command works. A repository group is a slug and never begins with a dot. */
function scratchRoot(root: string): string {
  return join(root, ".scratch");
}

/**
 * Gives a new folder to one piece of work and removes it afterwards. Because each commit has its own index in such a folder, a
 * process that is killed leaves no lock that could stop the next one.
 */
export async function withPrivateFolder<Value>(root: string, work: (folder: string) => Promise<Value>): Promise<Value> {
  await mkdir(scratchRoot(root), { recursive: true });
  const folder = await mkdtemp(join(scratchRoot(root), "work-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what killed processes left behind more than a day ago. */
export async function removeOldPrivateFolders(root: string, nowMs: number): Promise<void> {
  await mkdir(scratchRoot(root), { recursive: true });
  for (const name of await readdir(scratchRoot(root))) {
    const folder = join(scratchRoot(root), name);
    const found = await stat(folder).catch(() => null);
    if (found && found.mtimeMs < nowMs - LEFTOVER_AGE_MS) await rm(folder, { recursive: true, force: true });
  }
}
