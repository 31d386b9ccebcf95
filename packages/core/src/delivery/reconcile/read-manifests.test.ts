import { describe, expect, it } from "vitest";
import { MemorySourceHost } from "../../catalog/testing/memory-source-host.ts";
import { ENVIRONMENTS_REPOSITORY } from "../environments-repository.ts";
import { readManifests } from "./read-manifests.ts";

class CountingSourceHost extends MemorySourceHost {
  reads = 0;

  override async readFile(...given: Parameters<MemorySourceHost["readFile"]>) {
    this.reads += 1;
    return super.readFile(...given);
  }
}

describe("readManifests", () => {
  it("reads a manifest once for each content it had, and only those of its environment", async () => {
    const host = new CountingSourceHost();
    await host.createRepository(ENVIRONMENTS_REPOSITORY);
    const push = (files: Record<string, string | null>) => host.push(ENVIRONMENTS_REPOSITORY, files);
    const first = await push({ "README.md": "r", "production/a.yaml": "a1", "production/b.yaml": "b1", "staging/a.yaml": "s1" });
    const texts = async (commit: string) => (await readManifests(host, "production", commit)).map(({ name, text }) => `${name} ${text}`).toSorted();
    expect(await texts(first)).toEqual(["a a1", "b b1"]);
    expect(await texts(first)).toEqual(["a a1", "b b1"]);
    expect(host.reads).toBe(2);
    const second = await push({ "production/a.yaml": "a2" });
    expect(await texts(second)).toEqual(["a a2", "b b1"]);
    expect(host.reads).toBe(3);
    expect((await readManifests(host, "staging", second)).map(({ text }) => text)).toEqual(["s1"]);
  });
});
