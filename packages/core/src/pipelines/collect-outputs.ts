import { constants } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import path from "node:path";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { filePathFault } from "../kernel/file-path.ts";
import { hasUnstorableText } from "../kernel/storable-text.ts";
import type { ArtifactFile } from "../tracking/index.ts";
import { ArtifactStoreCapability } from "../tracking/ports.ts";

const MAX_FILES = 20_000;
const MAX_PATH_LENGTH = 500;

/**
 * Stores the outputs that a step declares, found below its work folder. INVALID when one is missing, empty of files, or holds
 * something that is neither file nor folder: a link could point at anything on the machine.
 */
export async function collectOutputs(ctx: CoreContext, workFolder: string, outputs: readonly string[]): Promise<ArtifactFile[]> {
  const paths: string[] = [];
  for (const output of outputs) {
    const found = await listFiles(workFolder, output);
    if (!found) throw new CoreError("INVALID", `Declared output ${output} is missing: the command ended well but did not leave it.`);
    if (found.length === 0) throw new CoreError("INVALID", `Declared output ${output} is a folder without files.`);
    paths.push(...found);
    if (paths.length > MAX_FILES) throw new CoreError("INVALID", `The declared outputs have more than ${MAX_FILES} files. Pack them into an archive.`);
  }
  for (const relative of paths) {
    const fault = filePathFault(relative, MAX_PATH_LENGTH);
    if (fault || hasUnstorableText(relative))
      throw new CoreError("INVALID", `Declared output: the path ${JSON.stringify(relative)} ${fault ?? "is not valid text"}. Give the file a plain name.`);
  }
  const store = ctx.resolve(ArtifactStoreCapability);
  const files: ArtifactFile[] = [];
  for (const relative of paths.toSorted()) {
    // O_NOFOLLOW: what was a file a moment ago must not be a link now.
    const handle = await open(path.join(workFolder, relative), constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
      throw unreadable(relative, error);
    });
    try {
      const executable = ((await handle.stat()).mode & 0o100) !== 0;
      const stored = await store.put(handle.createReadStream({ autoClose: false }));
      files.push({ path: relative, digest: stored.digest, sizeBytes: stored.sizeBytes, executable });
    } finally {
      await handle.close();
    }
  }
  return files;
}

/** Paths (relative to the work folder) of the files at or below an output; null when there is nothing. */
async function listFiles(workFolder: string, output: string): Promise<string[] | null> {
  if (!(await parentsAreFolders(workFolder, output))) return null;
  const found = await lstat(path.join(workFolder, output)).catch(() => null);
  if (!found) return null;
  if (found.isFile()) return [output];
  if (!found.isDirectory()) throw notPlain(output);
  const files: string[] = [];
  const folders = [output];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(path.join(workFolder, folder), { withFileTypes: true }).catch((error: unknown) => {
      throw unreadable(folder ?? output, error);
    })) {
      const relative = `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(relative);
      else if (entry.isFile()) files.push(relative);
      else throw notPlain(relative);
    }
    if (files.length > MAX_FILES) return files;
  }
  return files;
}

async function parentsAreFolders(workFolder: string, output: string): Promise<boolean> {
  const parts = output.split("/").slice(0, -1);
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const folder = parts.slice(0, depth).join("/");
    const found = await lstat(path.join(workFolder, folder)).catch(() => null);
    if (!found) return false;
    if (!found.isDirectory()) throw notPlain(folder);
  }
  return true;
}

/** What the step did to its own files is its fault; a machine that fails is not. */
function unreadable(relative: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!["EACCES", "ELOOP", "ENOENT", "ENOTDIR", "ENXIO", "EPERM"].includes(code)) return error;
  return new CoreError("INVALID", `Declared output: ${relative} cannot be read (${code}).`, { cause: error });
}

function notPlain(relative: string): CoreError {
  return new CoreError("INVALID", `Declared output: ${relative} is neither a file nor a folder. Links are not kept; copy the file itself.`);
}
