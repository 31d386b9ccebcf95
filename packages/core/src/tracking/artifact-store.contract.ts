import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { ArtifactStore, ListedBlob } from "./ports.ts";

const MEBIBYTE = 1024 * 1024;

const digestOf = (content: Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const put = (store: ArtifactStore, content: Buffer) => store.put(Readable.from([content]));

async function listAll(store: ArtifactStore): Promise<ListedBlob[]> {
  const blobs: ListedBlob[] = [];
  for await (const blob of store.list()) blobs.push(blob);
  return blobs;
}

async function listDigests(store: ArtifactStore): Promise<string[]> {
  return (await listAll(store)).map((blob) => blob.digest).toSorted();
}

/** Content of a size that never lies in memory as a whole; `peak` tells the most memory of buffers that was seen on the way. */
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** The greater of `most` and the bytes of buffers that are held now; what only waits to be collected does not count. */
function mostHeld(most: number): number {
  if (process.memoryUsage().arrayBuffers <= most + 8 * MEBIBYTE) return most;
  collectGarbage();
  return Math.max(most, process.memoryUsage().arrayBuffers);
}

function largeContent(sizeBytes: number): { content: Readable; peak: () => number; digest: () => string } {
  const hash = createHash("sha256");
  const chunk = randomBytes(MEBIBYTE);
  let peak = 0;
  const content = Readable.from(
    (function* () {
      for (let written = 0; written < sizeBytes; written += chunk.length) {
        chunk.writeUInt32LE(written / chunk.length, 0);
        hash.update(chunk);
        peak = mostHeld(peak);
        yield Buffer.from(chunk);
      }
    })(),
    { objectMode: false },
  );
  return { content, peak: () => peak, digest: () => `sha256:${hash.digest("hex")}` };
}

/**
 * What every artifact store must do. `open` gives an empty store; the suite may call it many times and never closes one.
 */
export function artifactStoreContract(technology: string, open: () => Promise<ArtifactStore>): void {
  describe(`artifact store on ${technology}`, () => {
    it("gives back the bytes under the digest of their content", async () => {
      const store = await open();
      const content = randomBytes(300_000);
      const stored = await put(store, content);
      expect(stored).toEqual({ digest: digestOf(content), sizeBytes: content.length });
      expect((await buffer(await store.get(stored.digest))).equals(content)).toBe(true);
      expect(await store.stat(stored.digest)).toEqual(stored);
    });

    it("stores empty content", async () => {
      const store = await open();
      const stored = await put(store, Buffer.alloc(0));
      expect(stored.sizeBytes).toBe(0);
      expect((await buffer(await store.get(stored.digest))).length).toBe(0);
    });

    it("keeps equal bytes once, also when they arrive together", async () => {
      const store = await open();
      const content = randomBytes(50_000);
      const stored = await Promise.all([1, 2, 3, 4].map(() => put(store, content)));
      expect(new Set(stored.map((blob) => blob.digest)).size).toBe(1);
      expect(await listAll(store)).toEqual([{ digest: digestOf(content), sizeBytes: content.length, storedAt: expect.any(Date) }]);
    });

    it("gives byte ranges, both ends included", async () => {
      const store = await open();
      const { digest } = await put(store, Buffer.from("0123456789"));
      const range = async (start: number, end: number) => (await buffer(await store.get(digest, { start, end }))).toString();
      expect(await range(0, 0)).toBe("0");
      expect(await range(3, 5)).toBe("345");
      expect(await range(8, 100)).toBe("89");
      await expect(range(5, 4)).rejects.toMatchObject({ code: "INVALID" });
      await expect(range(-1, 4)).rejects.toMatchObject({ code: "INVALID" });
      await expect(range(10, 12)).rejects.toMatchObject({ code: "INVALID" });
    });

    it.each([70_000, 40 * MEBIBYTE])("keeps nothing of a put that breaks off after %i bytes, and passes the cause on", async (sizeBytes) => {
      const store = await open();
      const broken = Readable.from(
        (function* () {
          for (let sent = 0; sent < sizeBytes; sent += MEBIBYTE) yield randomBytes(Math.min(MEBIBYTE, sizeBytes - sent));
          throw new Error("the line went dead");
        })(),
      );
      await expect(store.put(broken)).rejects.toThrow("the line went dead");
      expect(await listAll(store)).toEqual([]);
    });

    it("keeps nothing of a put whose sender goes away", async () => {
      const store = await open();
      const content = new Readable({ read() {} });
      content.push(randomBytes(70_000));
      const put = store.put(content);
      content.destroy();
      await expect(put).rejects.toThrow(/close|abort/i);
      expect(await listAll(store)).toEqual([]);
    });

    it("takes and gives 200 MiB, also in ranges, and holds only little of it in memory", async () => {
      const store = await open();
      const before = process.memoryUsage().arrayBuffers;
      const { content, peak, digest } = largeContent(200 * MEBIBYTE);
      const stored = await store.put(content);
      expect(stored).toEqual({ digest: digest(), sizeBytes: 200 * MEBIBYTE });
      let most = peak();
      const hash = createHash("sha256");
      for await (const chunk of await store.get(stored.digest)) {
        hash.update(chunk as Buffer);
        most = mostHeld(most);
      }
      expect(`sha256:${hash.digest("hex")}`).toBe(stored.digest);
      expect((most - before) / MEBIBYTE).toBeLessThan(120);
      const middle = await buffer(await store.get(stored.digest, { start: 100 * MEBIBYTE, end: 100 * MEBIBYTE + 3 }));
      expect(middle.readUInt32LE(0)).toBe(100);
    });

    it("says NOT_FOUND or null for what is not there", async () => {
      const store = await open();
      const digest = digestOf(Buffer.from("never stored"));
      await expect(store.get(digest)).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(await store.stat(digest)).toBeNull();
    });

    it("deletes, and deletes again without complaint", async () => {
      const store = await open();
      const { digest } = await put(store, Buffer.from("short-lived"));
      expect(await store.delete(digest)).toBe(true);
      expect(await store.delete(digest)).toBe(true);
      expect(await store.stat(digest)).toBeNull();
      expect(await listAll(store)).toEqual([]);
    });

    it("does not delete what was put since a moment", async () => {
      const store = await open();
      const { digest } = await put(store, Buffer.from("wanted again"));
      const [listed] = await listAll(store);
      const storedAt = listed?.storedAt ?? new Date(0);
      expect(await store.delete(digest, { unlessStoredSince: storedAt })).toBe(false);
      expect(await store.delete(digest, { unlessStoredSince: new Date(storedAt.getTime() - 60_000) })).toBe(false);
      expect(await listDigests(store)).toEqual([digest]);
      expect(await store.delete(digest, { unlessStoredSince: new Date(storedAt.getTime() + 60_000) })).toBe(true);
      expect(await store.delete(digest, { unlessStoredSince: new Date() })).toBe(true);
      expect(await listDigests(store)).toEqual([]);
    });

    it("takes bytes that are there already as put anew", async () => {
      const store = await open();
      const content = Buffer.from("put twice");
      const { digest } = await put(store, content);
      const first = (await listAll(store))[0]?.storedAt ?? new Date();
      // Some stores tell times in whole seconds.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await put(store, content);
      const second = (await listAll(store))[0]?.storedAt ?? new Date(0);
      expect(second.getTime()).toBeGreaterThan(first.getTime());
      expect(await store.delete(digest, { unlessStoredSince: second })).toBe(false);
    });

    it("never loses bytes that are put while they are deleted for their age", async () => {
      const store = await open();
      const content = Buffer.from("put and deleted");
      for (let round = 0; round < 100; round += 1) {
        const start = new Date();
        const late = async (): Promise<void> => {
          for (let turn = 0; turn < round; turn += 1) await new Promise((resolve) => setImmediate(resolve));
          await store.delete(digestOf(content), { unlessStoredSince: start });
        };
        const [stored] = await Promise.all([put(store, content), late()]);
        expect(await store.stat(stored.digest)).toEqual(stored);
      }
    });

    it("has no leftovers to remove when every put has ended", async () => {
      const store = await open();
      const { digest } = await put(store, Buffer.from("whole"));
      await store.removeLeftovers(new Date(Date.now() + 60_000));
      expect(await listDigests(store)).toEqual([digest]);
    });

    it.each(["", "sha256:", "sha256:abc", `sha1:${"a".repeat(64)}`, `sha256:${"A".repeat(64)}`, `sha256:../${"a".repeat(61)}`, `sha256:${"a".repeat(64)}\n`])(
      "refuses %j as a digest",
      async (digest) => {
        const store = await open();
        await expect(store.get(digest)).rejects.toMatchObject({ code: "INVALID" });
        await expect(store.stat(digest)).rejects.toMatchObject({ code: "INVALID" });
        await expect(store.delete(digest)).rejects.toMatchObject({ code: "INVALID" });
      },
    );
  });
}
