import { randomBytes, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, ListObjectsV2Command, PutObjectCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import { artifactStoreContract } from "@trellis/core/tracking/artifact-store.contract.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createS3ArtifactStore, type S3Settings } from "./provider.ts";
import { S3_CREDENTIALS, S3_REGION, type S3Server, startS3Server } from "./testing/s3-server.ts";

const MEBIBYTE = 1024 * 1024;

let server: S3Server;
let bucket: string;
const stores: { close(): void }[] = [];

beforeAll(async () => {
  server = await startS3Server();
  bucket = await server.createBucket("artifacts");
});
afterAll(async () => {
  for (const store of stores) store.close();
  await server.close();
});

/** A store below a prefix of its own. */
function openStore(settings: Partial<S3Settings> = {}) {
  const prefix = `${randomUUID()}/`;
  const store = createS3ArtifactStore({ bucket, prefix, region: S3_REGION, endpoint: server.endpoint, credentials: S3_CREDENTIALS, ...settings });
  stores.push(store);
  return { store, prefix };
}

async function keysOf(prefix: string): Promise<string[]> {
  const { Contents = [] } = await server.client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return Contents.map((object) => object.Key?.slice(prefix.length) ?? "").toSorted();
}

async function uploadsOf(prefix: string): Promise<string[]> {
  const { Uploads = [] } = await server.client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }));
  return Uploads.map((upload) => upload.Key?.slice(prefix.length) ?? "");
}

artifactStoreContract("S3", async () => openStore().store);

describe("artifact store on S3", () => {
  it("lays blobs out by digest below its prefix and shares a bucket with other things", async () => {
    const { store, prefix } = openStore();
    await server.client.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}sha256/other`, Body: "not ours" }));
    const { digest } = await store.put(Readable.from(["hello"]));
    expect(await keysOf(prefix)).toEqual(["sha256/2c/f24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", "sha256/other"]);
    const listed: string[] = [];
    for await (const blob of store.list()) listed.push(blob.digest);
    expect(listed).toEqual([digest]);
  });

  it("puts large content in parts and leaves nothing temporary, also when the copy takes several requests", async () => {
    const { store, prefix } = openStore({ sizes: { partBytes: 5 * MEBIBYTE, copyBytes: 6 * MEBIBYTE } });
    const content = randomBytes(17 * MEBIBYTE + 5);
    const { digest, sizeBytes } = await store.put(Readable.from([content]));
    expect(sizeBytes).toBe(content.length);
    expect((await buffer(await store.get(digest))).equals(content)).toBe(true);
    expect(await keysOf(prefix)).toEqual([expect.stringMatching(/^sha256\//)]);
    expect(await uploadsOf(prefix)).toEqual([]);
  });

  it("takes back the parts of a put that breaks off", async () => {
    const { store, prefix } = openStore({ sizes: { partBytes: 5 * MEBIBYTE, copyBytes: 100 * MEBIBYTE } });
    const broken = Readable.from(
      (function* () {
        for (let sent = 0; sent < 12; sent += 1) yield randomBytes(MEBIBYTE);
        throw new Error("the line went dead");
      })(),
    );
    await expect(store.put(broken)).rejects.toThrow("the line went dead");
    expect(await keysOf(prefix)).toEqual([]);
    expect(await uploadsOf(prefix)).toEqual([]);
  });

  it("sweeps what a killed portal left, and nothing of others", async () => {
    const { store, prefix } = openStore();
    const other = openStore().prefix;
    for (const place of [prefix, other]) {
      await server.client.send(new PutObjectCommand({ Bucket: bucket, Key: `${place}incoming/half`, Body: "x" }));
      const parts = { Bucket: bucket, Key: `${place}incoming/parts` };
      const { UploadId } = await server.client.send(new CreateMultipartUploadCommand(parts));
      await server.client.send(new UploadPartCommand({ ...parts, UploadId, PartNumber: 1, Body: "part" }));
    }
    await store.removeLeftovers(new Date(Date.now() - 60_000));
    expect([await keysOf(prefix), await uploadsOf(prefix)]).toEqual([["incoming/half"], ["incoming/parts"]]);
    await store.removeLeftovers(new Date(Date.now() + 60_000));
    expect([await keysOf(prefix), await uploadsOf(prefix)]).toEqual([[], []]);
    expect([await keysOf(other), await uploadsOf(other)]).toEqual([["incoming/half"], ["incoming/parts"]]);
  });

  it.each([
    ["a bucket that is not there", { bucket: "none-such" }, /none-such .*NoSuchBucket/],
    ["a wrong secret", { credentials: { ...S3_CREDENTIALS, secretAccessKey: "wrong" } }, /refused with 403 SignatureDoesNotMatch/],
    ["a server that does not answer", { endpoint: "http://127.0.0.1:9" }, /could not be reached/],
  ])("says so when there is %s", async (_case, settings, message) => {
    const { store } = openStore(settings);
    await expect(store.put(Readable.from(["x"]))).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.stringMatching(message) as string });
  });

  it("does not take a missing bucket for a missing blob", async () => {
    const { store } = openStore({ bucket: "none-such" });
    await expect(store.get(`sha256:${"0".repeat(64)}`)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
