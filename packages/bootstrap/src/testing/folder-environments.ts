import { access } from "node:fs/promises";
import path from "node:path";
import type { PreparedEnvironment, PythonEnvironments } from "@trellis/core/pipelines/ports.ts";

/** Python environments that are the machine's own Python behind a folder, so that tests need no packages and no network. */
export function createFolderEnvironments(root: string): PythonEnvironments {
  const folderOf = (lockDigest: string): string => path.join(root, lockDigest.replace("sha256:", ""));
  return {
    async find(lockDigest): Promise<PreparedEnvironment | null> {
      const folder = folderOf(lockDigest);
      return access(path.join(folder, "bin", "python")).then(
        () => ({ lockDigest, folder }),
        () => null,
      );
    },
    async installCommand(lockDigest) {
      return { command: 'mkdir -p "$TARGET/bin" && ln -sfn "$(command -v python3)" "$TARGET/bin/python"', environment: { TARGET: folderOf(lockDigest) } };
    },
  };
}
