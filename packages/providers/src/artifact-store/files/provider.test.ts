import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { artifactStoreContract } from "@trellis/core/tracking/artifact-store.contract.ts";
import { createFileArtifactStore } from "./provider.ts";

const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "trellis-artifacts-"));
  folders.push(folder);
  return folder;
}

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

artifactStoreContract("files", async () => createFileArtifactStore({ root: await newFolder() }));

describe("artifact store on files", () => {
  it("lays blobs out by digest, readable only, and leaves no temporary file", async () => {
    const root = await newFolder();
    const store = await createFileArtifactStore({ root });
    await store.put(Readable.from(["hello"]));
    const place = join(root, "sha256/2c/f24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    expect((await stat(place)).mode & 0o777).toBe(0o444);
    expect(await readdir(join(root, "incoming"))).toEqual([]);
  });

  it("leaves no temporary file of a put that breaks off", async () => {
    const root = await newFolder();
    const store = await createFileArtifactStore({ root });
    const broken = Readable.from(
      (function* () {
        yield Buffer.alloc(70_000);
        throw new Error("the line went dead");
      })(),
    );
    await expect(store.put(broken)).rejects.toThrow("the line went dead");
    expect(await readdir(join(root, "incoming"))).toEqual([]);
  });

  it("removes leftovers older than a day when it opens, and no younger ones", async () => {
    const root = await newFolder();
    await mkdir(join(root, "incoming"), { recursive: true });
    const now = Date.now();
    for (const [name, ageHours] of [
      ["old", 25],
      ["young", 23],
    ] as const) {
      await writeFile(join(root, "incoming", name), "half");
      await utimes(join(root, "incoming", name), now / 1000, now / 1000 - ageHours * 3600);
    }
    await createFileArtifactStore({ root, now: () => now });
    expect(await readdir(join(root, "incoming"))).toEqual(["young"]);
  });

  it("lists nothing of a put that a kill -9 broke off", async () => {
    const root = await newFolder();
    const worker = spawn(process.execPath, [fileURLToPath(new URL("./testing/put-worker.ts", import.meta.url)), root], { stdio: ["pipe", "pipe", "inherit"] });
    worker.stdin.on("error", () => {});
    worker.stdin.write(Buffer.alloc(200_000));
    await once(worker.stdout, "data");
    worker.kill("SIGKILL");
    await once(worker, "close");
    expect(await readdir(join(root, "incoming"))).toHaveLength(1);
    const store = await createFileArtifactStore({ root });
    for await (const blob of store.list()) expect(blob).toBeUndefined();
    await createFileArtifactStore({ root, now: () => Date.now() + 25 * 60 * 60 * 1000 });
    expect(await readdir(join(root, "incoming"))).toEqual([]);
  });

  it("reads but never writes in read-only mode", async () => {
    const root = await newFolder();
    const { digest } = await (await createFileArtifactStore({ root })).put(Readable.from(["kept"]));
    const store = await createFileArtifactStore({ root, readOnly: true });
    expect((await buffer(await store.get(digest))).toString()).toBe("kept");
    await expect(store.put(Readable.from(["more"]))).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(store.delete(digest)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("reads nothing from a read-only folder that does not exist", async () => {
    const root = join(await newFolder(), "none");
    const store = await createFileArtifactStore({ root, readOnly: true });
    for await (const blob of store.list()) expect(blob).toBeUndefined();
    await expect(stat(root)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("does not list files that are no blobs", async () => {
    const root = await newFolder();
    const store = await createFileArtifactStore({ root });
    await mkdir(join(root, "sha256", "zz"), { recursive: true });
    await writeFile(join(root, "sha256", "zz", "stray"), "x");
    await writeFile(join(root, "sha256", "stray"), "x");
    for await (const blob of store.list()) expect(blob).toBeUndefined();
  });
});
