import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import type { ArtifactStore, StoredBlob } from "./ports.ts";

const digestOf = (content: Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const put = (store: ArtifactStore, content: Buffer) => store.put(Readable.from([content]));

async function listAll(store: ArtifactStore): Promise<StoredBlob[]> {
  const blobs: StoredBlob[] = [];
  for await (const blob of store.list()) blobs.push(blob);
  return blobs;
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
      expect(await listAll(store)).toEqual([{ digest: digestOf(content), sizeBytes: content.length }]);
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

    it("keeps nothing of a put that breaks off, and passes the cause on", async () => {
      const store = await open();
      const broken = Readable.from(
        (function* () {
          yield randomBytes(70_000);
          throw new Error("the line went dead");
        })(),
      );
      await expect(store.put(broken)).rejects.toThrow("the line went dead");
      expect(await listAll(store)).toEqual([]);
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
      await store.delete(digest);
      await store.delete(digest);
      expect(await store.stat(digest)).toBeNull();
      expect(await listAll(store)).toEqual([]);
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
