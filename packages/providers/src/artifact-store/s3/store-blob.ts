import { createHash, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { KeyedLock } from "@trellis/core/kernel/keyed-lock.ts";
import { blobPlace } from "@trellis/core/tracking/domain/blob-place.ts";
import type { StoredBlob } from "@trellis/core/tracking/ports.ts";
import type { Bucket } from "./bucket.ts";
import { copyObject } from "./copy-object.ts";
import { storageError } from "./storage-error.ts";

/** Where content lies whose digest is not known yet. */
export const TEMPORARY_FOLDER = "incoming/";

const MEBIBYTE = 1024 * 1024;

export type UploadSizes = {
  /** Content up to this many bytes goes up in one request, larger content in parts of this size. */
  partBytes: number;
  /** Largest object that is copied in one request. */
  copyBytes: number;
};

/** A bucket takes 10,000 parts: 16 MiB each allow files of 160 GB. 5 GiB is the limit of a copy in one request. */
const SIZES: UploadSizes = { partBytes: 16 * MEBIBYTE, copyBytes: 5 * 1024 * MEBIBYTE };

/** Parts on their way at once; with `partBytes` this bounds the memory of one upload. */
const PARALLEL_PARTS = 2;

/**
 * Streams content into the bucket. Small content is hashed in memory and put at its digest's place. Larger content goes to a
 * temporary key while it is hashed, is copied to its place by the server and removed from the temporary key. Either way an
 * object at a digest's place is whole. Bytes that are there already are put again: their time tells a delete that they are
 * wanted.
 */
export async function storeBlob(bucket: Bucket, content: Readable, lock: KeyedLock, sizes: UploadSizes = SIZES): Promise<StoredBlob> {
  const source = new HashedSource(content);
  try {
    const head = await source.read(sizes.partBytes);
    if (!source.ended) return await storeLarge(bucket, head, source, lock, sizes);
    const stored = source.result();
    const Key = bucket.prefix + blobPlace(stored.digest);
    await lock.run(stored.digest, () => bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: head })));
    return stored;
  } catch (error) {
    throw source.failure ?? storageError(bucket.name, error);
  } finally {
    content.destroy();
  }
}

async function storeLarge(bucket: Bucket, head: Buffer, source: HashedSource, lock: KeyedLock, sizes: UploadSizes): Promise<StoredBlob> {
  const Key = `${bucket.prefix}${TEMPORARY_FOLDER}${randomUUID()}`;
  const body = Readable.from(startingWith(head, source), { objectMode: false });
  // When it fails, the upload takes back the parts that it sent.
  await new Upload({
    client: bucket.client,
    params: { Bucket: bucket.name, Key, Body: body },
    partSize: sizes.partBytes,
    queueSize: PARALLEL_PARTS,
    leavePartsOnError: false,
  }).done();
  try {
    const stored = source.result();
    const target = bucket.prefix + blobPlace(stored.digest);
    await lock.run(stored.digest, () => copyObject(bucket, { from: Key, to: target, sizeBytes: stored.sizeBytes, partBytes: sizes.copyBytes }));
    return stored;
  } finally {
    // What cannot be removed now is a leftover that the sweep finds.
    await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key })).catch(() => {});
  }
}

async function* startingWith(head: Buffer, source: HashedSource): AsyncGenerator<Buffer> {
  yield head;
  yield* source.rest();
}

/** Reads content once, hashing and counting, and remembers whether it was the content that failed. */
class HashedSource {
  readonly #chunks: AsyncIterator<Buffer | string>;
  readonly #hash = createHash("sha256");
  #sizeBytes = 0;
  ended = false;
  failure: unknown = null;

  constructor(content: Readable) {
    this.#chunks = content[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
  }

  /** At least this many bytes, or all that there are. */
  async read(bytes: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    for (let chunk = await this.#next(); chunk; chunk = length < bytes ? await this.#next() : null) {
      chunks.push(chunk);
      length += chunk.length;
    }
    return Buffer.concat(chunks);
  }

  async *rest(): AsyncGenerator<Buffer> {
    for (let chunk = await this.#next(); chunk; chunk = await this.#next()) yield chunk;
  }

  result(): StoredBlob {
    return { digest: `sha256:${this.#hash.digest("hex")}`, sizeBytes: this.#sizeBytes };
  }

  async #next(): Promise<Buffer | null> {
    try {
      const { value, done } = await this.#chunks.next();
      this.ended = done === true;
      if (this.ended) return null;
      const bytes = typeof value === "string" ? Buffer.from(value) : value;
      this.#hash.update(bytes);
      this.#sizeBytes += bytes.length;
      return bytes;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
