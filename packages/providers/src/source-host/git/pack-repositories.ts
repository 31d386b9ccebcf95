import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isSlug } from "@trellis/core/kernel/slug.ts";
import { mustRun, type RunGit } from "./run-git.ts";

const LOOSE_OBJECTS = 1000;

/**
 * Packs each repository below the root that has more than about a thousand loose objects, one after the other. What nothing
 * refers to is dropped only when it is two weeks old, so work under way loses nothing.
 */
export async function packRepositories(run: RunGit, root: string): Promise<void> {
  for (const group of (await readdir(root)).filter(isSlug)) {
    for (const entry of await readdir(join(root, group))) {
      if (!entry.endsWith(".git") || !isSlug(entry.slice(0, -".git".length))) continue;
      const settings = ["-c", `gc.auto=${LOOSE_OBJECTS}`, "-c", "gc.autoDetach=false"];
      await mustRun(run, { directory: join(root, group, entry), arguments: [...settings, "gc", "--auto", "--quiet"] });
    }
  }
}
