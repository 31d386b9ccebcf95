import { access, constants } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { PreparedEnvironment, PythonEnvironments } from "@trellis/core/pipelines/ports.ts";
import { quoteForShell } from "../../local-processes/quote-for-shell.ts";
import { indexSettings } from "./index-settings.ts";

/** The uv that is installed when none is on the PATH. */
export const PINNED_UV_VERSION = "0.13.9";

/** Written last into a finished environment, by `make_environment.py`. */
const READY_FILE = "trellis-environment.json";

/**
 * Python environments made by uv, one folder a lock file: `<data>/environments/<lock digest hex>`. An environment is built
 * in its final place (its scripts hold absolute paths, so it cannot be moved) and counts only once its ready file is there.
 * uv is taken from the PATH, else installed once with pip into `<data>/tools`.
 *
 * @param options.dataFolder The portal's data folder, absolute.
 * @param options.portalEnvironment The portal's own environment: PATH, HOME, and the settings that say how packages are reached
 *   (see `index-settings.ts`) go on to the install command, nothing else.
 */
export function createUvEnvironments(options: {
  dataFolder: string;
  portalEnvironment: Record<string, string | undefined>;
  /** Where uv is installed; default `<data>/tools`. */
  toolsFolder?: string;
  uvVersion?: string;
}): PythonEnvironments {
  const { dataFolder, portalEnvironment } = options;
  const tools = options.toolsFolder ?? path.join(dataFolder, "tools");

  function folderOf(lockDigest: string): string {
    const hex = /^sha256:([0-9a-f]{64})$/.exec(lockDigest)?.[1];
    if (!hex) throw new CoreError("INVALID", `\`${lockDigest}\` is not the digest of a lock file: expected sha256:<64 hexadecimal digits>.`);
    return path.join(dataFolder, "environments", hex);
  }

  return {
    async find(lockDigest: string): Promise<PreparedEnvironment | null> {
      const folder = folderOf(lockDigest);
      const made = await isReadable(path.join(folder, READY_FILE));
      // An upgrade of the system may take away the Python that an environment points to.
      return made && (await isReadable(path.join(folder, "bin", "python"))) ? { lockDigest, folder } : null;
    },

    async installCommand(lockDigest, projectFolder): Promise<{ command: string; environment: Record<string, string> }> {
      const script = fileURLToPath(new URL("./make_environment.py", import.meta.url));
      const values = {
        environment: folderOf(lockDigest),
        "lock-digest": lockDigest,
        project: projectFolder,
        tools,
        "uv-version": options.uvVersion ?? PINNED_UV_VERSION,
      };
      const flags = Object.entries(values).map(([name, value]) => `--${name} ${quoteForShell(value)}`);
      return {
        command: [PYTHON_IS_THERE, `exec python3 -I ${quoteForShell(script)} ${flags.join(" ")}`].join("\n"),
        environment: {
          ...indexSettings(portalEnvironment),
          PATH: portalEnvironment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
          HOME: portalEnvironment["HOME"] ?? dataFolder,
          LANG: "C.UTF-8",
          TZ: "UTC",
          PYTHONUNBUFFERED: "1",
          NO_COLOR: "1",
          UV_NO_PROGRESS: "1",
          UV_PYTHON_DOWNLOADS: "never",
          UV_CACHE_DIR: portalEnvironment["UV_CACHE_DIR"] ?? path.join(tools, "uv-cache"),
        },
      };
    },
  };
}

const PYTHON_IS_THERE = `command -v python3 >/dev/null 2>&1 || {
  echo 'Python 3 is needed to run Python steps, and there is no python3 on the PATH of the portal. Install it and retry the step.' >&2
  exit 3
}`;

async function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}
