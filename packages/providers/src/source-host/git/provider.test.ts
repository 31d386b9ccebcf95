import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { sourceHostContract } from "@trellis/core/catalog/source-host.contract.ts";
import { createGitSourceHost } from "./provider.ts";

const folders: string[] = [];

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

sourceHostContract("git", async () => {
  const root = await mkdtemp(join(tmpdir(), "trellis-repositories-"));
  folders.push(root);
  return createGitSourceHost({ root });
});
