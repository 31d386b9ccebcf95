import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { TemplateCatalog, TemplateFile, TemplateSource } from "@trellis/core/scaffolder/ports.ts";

const MANIFEST = "template.yaml";
/** What tools leave behind when somebody works in a template's folder; never part of it. */
const LEFTOVERS = new Set(["__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".venv", "node_modules", ".DS_Store"]);
const MAX_FILES = 5_000;
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

/** Templates from a folder: every folder in it that holds a `template.yaml`. They are read anew each time, so a change shows at once. */
export function folderTemplateCatalog({ folder }: { folder: string }): TemplateCatalog {
  return {
    async list() {
      const entries = await readdir(folder, { withFileTypes: true });
      const sources = await Promise.all(entries.filter((entry) => entry.isDirectory()).map(({ name }) => readSource(folder, name)));
      return sources.filter((source) => source !== null).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },

    async readFiles(name, below) {
      const root = path.join(folder, name, below);
      if (!isWithin(folder, root) || !(await stat(root).catch(() => null))?.isDirectory())
        throw new CoreError("NOT_FOUND", `The template ${name} has no folder ${below}.`);
      const files: TemplateFile[] = [];
      await collect(root, "", files, { bytes: 0 });
      return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}

async function readSource(folder: string, name: string): Promise<TemplateSource | null> {
  try {
    return { name, manifestFile: `${name}/${MANIFEST}`, manifest: await readFile(path.join(folder, name, MANIFEST), "utf8") };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Links are refused: one could lead out of the template. */
async function collect(folder: string, prefix: string, files: TemplateFile[], total: { bytes: number }): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (LEFTOVERS.has(entry.name)) continue;
    const relative = prefix + entry.name;
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      await collect(full, `${relative}/`, files, total);
      continue;
    }
    if (!entry.isFile()) throw new CoreError("INVALID", `The template's file ${relative} is a link or a device. Put a plain file in its place.`);
    const [content, { mode }] = await Promise.all([readFile(full), stat(full)]);
    total.bytes += content.length;
    if (files.length >= MAX_FILES || total.bytes > MAX_TOTAL_BYTES)
      throw new CoreError("TOO_LARGE", `A template may have at most ${MAX_FILES} files and ${MAX_TOTAL_BYTES / 1024 / 1024} MiB.`);
    files.push({ path: relative, content, executable: (mode & 0o100) !== 0 });
  }
}

function isWithin(folder: string, candidate: string): boolean {
  const relative = path.relative(folder, candidate);
  return relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
}
