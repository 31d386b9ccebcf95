import { lstat, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { CoreError } from "../kernel/errors.ts";

export type AttemptFolders = { root: string; work: string; output: string; home: string; parametersFile: string };

/** Where an attempt lives on disk: `<root>/<run id>/<attempt id>`. */
export function attemptFolder(rootFolder: string, runId: string, attemptId: string): string {
  return path.join(rootFolder, runId, attemptId);
}

/** The parts of an attempt's folder. */
export function attemptFolders(rootFolder: string, runId: string, attemptId: string): AttemptFolders {
  const root = attemptFolder(rootFolder, runId, attemptId);
  return {
    root,
    work: path.join(root, "work"),
    output: path.join(root, "output"),
    home: path.join(root, "home"),
    parametersFile: path.join(root, "parameters.json"),
  };
}

/** Makes the folders anew: what a preparation that was cut short left behind is removed. */
export async function makeAttemptFolders(folders: AttemptFolders): Promise<void> {
  await rm(folders.root, { recursive: true, force: true });
  await mkdir(folders.root, { recursive: true });
  await Promise.all([mkdir(folders.work), mkdir(folders.output), mkdir(folders.home)]);
}

/** Removes what only the command needed; the reports in `output` stay. */
export async function removeWorkFolder(folders: AttemptFolders): Promise<void> {
  await Promise.all([rm(folders.work, { recursive: true, force: true }), rm(folders.home, { recursive: true, force: true })]);
}

/** Where the code of a run lies while it goes on: checked out once, copied for each attempt. */
export function sourceFolder(rootFolder: string, runId: string): string {
  return path.join(rootFolder, runId, "source");
}

/** Makes the folders above `relative` below `root` one by one; a symbolic link on the way could lead out, so it is refused. */
export async function makeParents(root: string, relative: string): Promise<void> {
  let folder = root;
  for (const part of relative.split("/").slice(0, -1)) {
    folder = path.join(folder, part);
    await mkdir(folder).catch(async (error: unknown) => {
      const known = await lstat(folder).catch(() => null);
      if (!known?.isDirectory()) throw new CoreError("INVALID", `${path.relative(root, folder)} is in the way: a folder is needed there.`, { cause: error });
    });
  }
}
