import type { SourceHost } from "../../catalog/ports.ts";
import { ENVIRONMENTS_REPOSITORY } from "../environments-repository.ts";

/** A manifest as git has it: the name is that of its file. */
export type ManifestText = { name: string; path: string; text: string };

/** Largest manifest that is read. */
const MANIFEST_BYTES = 64 * 1024;

/**
 * Texts by blob of the manifests that an environment had when it was last looked at. A blob's content never changes, and each
 * read is a process: without this, a portal that does nothing would start one for every deployment every minute.
 */
const lastRead = new WeakMap<SourceHost, Map<string, Map<string, string>>>();

/** All manifests of an environment at a commit of the environments repository. */
export async function readManifests(host: SourceHost, environmentName: string, commit: string): Promise<ManifestText[]> {
  const byEnvironment = lastRead.get(host) ?? new Map<string, Map<string, string>>();
  lastRead.set(host, byEnvironment);
  const before = byEnvironment.get(environmentName);
  const now = new Map<string, string>();
  const manifests: ManifestText[] = [];
  const pattern = new RegExp(`^${environmentName}/([a-z0-9-]+)\\.yaml$`);
  for (const { path, blob } of await host.readTree(ENVIRONMENTS_REPOSITORY, commit)) {
    const name = pattern.exec(path)?.[1];
    if (!name) continue;
    const text = before?.get(blob) ?? (await host.readFile(ENVIRONMENTS_REPOSITORY, commit, path, MANIFEST_BYTES))?.toString("utf8") ?? "";
    now.set(blob, text);
    manifests.push({ name, path, text });
  }
  byEnvironment.set(environmentName, now);
  return manifests;
}
