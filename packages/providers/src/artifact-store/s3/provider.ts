import type { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { CoreError, notFound } from "@trellis/core/kernel/errors.ts";
import { KeyedLock } from "@trellis/core/kernel/keyed-lock.ts";
import { assertByteRange, blobPlace, digestOfPlace } from "@trellis/core/tracking/domain/blob-place.ts";
import type { ArtifactStore, ListedBlob } from "@trellis/core/tracking/ports.ts";
import type { Bucket } from "./bucket.ts";
import { storageError, statusOf } from "./storage-error.ts";
import { storeBlob, TEMPORARY_FOLDER, type UploadSizes } from "./store-blob.ts";

export type S3Settings = {
  bucket: string;
  /** Where in the bucket everything lies; empty or ending in `/`. */
  prefix: string;
  region: string;
  /** Address of a server that speaks S3; without it that of AWS in the region. */
  endpoint?: string;
  /** Without them the usual places are searched: `AWS_ACCESS_KEY_ID` and so on, shared files, the role of the machine. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** For tests. */
  sizes?: UploadSizes;
};

/** S3 tells times in whole seconds, rounded down. */
const TIME_STEP_MS = 1_000;

/**
 * An artifact store in a bucket of S3 or of a server that speaks its protocol. Blobs lie at `<prefix>sha256/ab/cdef…`, as in the
 * store on files. This process is the only one to write there.
 */
export function createS3ArtifactStore(settings: S3Settings): ArtifactStore & { close(): void } {
  const bucket: Bucket = { name: settings.bucket, prefix: settings.prefix, client: createClient(settings) };
  const lock = new KeyedLock();
  const at = (digest: string) => ({ Bucket: bucket.name, Key: bucket.prefix + blobPlace(digest) });
  return {
    put: (content) => storeBlob(bucket, content, lock, settings.sizes),
    get: (digest, range) => openBlob(bucket, digest, range),
    async stat(digest) {
      const found = await unlessMissing(bucket, bucket.client.send(new HeadObjectCommand(at(digest))));
      return found ? { digest, sizeBytes: found.ContentLength ?? 0 } : null;
    },
    list: () => listBlobs(bucket),
    async delete(digest, { unlessStoredSince } = {}) {
      const place = at(digest);
      return lock.run(digest, async () => {
        const found = unlessStoredSince && (await unlessMissing(bucket, bucket.client.send(new HeadObjectCommand(place))));
        const storedAt = found ? (found.LastModified?.getTime() ?? Infinity) : -Infinity;
        if (unlessStoredSince && storedAt + TIME_STEP_MS > unlessStoredSince.getTime()) return false;
        await unlessMissing(bucket, bucket.client.send(new DeleteObjectCommand(place)));
        return true;
      });
    },
    removeLeftovers: (before) => removeLeftovers(bucket, before),
    close: () => bucket.client.destroy(),
  };
}

function createClient({ region, endpoint, credentials }: S3Settings): S3Client {
  return new S3Client({
    region,
    // Downloads keep their connection for as long as the reader takes.
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000, httpAgent: { maxSockets: 200 }, httpsAgent: { maxSockets: 200 } },
    // Servers of one's own rarely have a name for each bucket, and older ones do not know the newer checksums.
    ...(endpoint
      ? { endpoint, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" as const, responseChecksumValidation: "WHEN_REQUIRED" as const }
      : {}),
    ...(credentials ? { credentials } : {}),
  });
}

async function openBlob(bucket: Bucket, digest: string, range?: { start: number; end: number }): Promise<Readable> {
  const Key = bucket.prefix + blobPlace(digest);
  // The size is not known yet; a range that begins behind it is refused by the server.
  if (range) assertByteRange(range, Infinity);
  try {
    const found = await bucket.client.send(
      new GetObjectCommand({ Bucket: bucket.name, Key, ...(range ? { Range: `bytes=${range.start}-${range.end}` } : {}) }),
    );
    return found.Body as Readable;
  } catch (error) {
    if (isObjectMissing(error)) throw notFound("Artifact", digest);
    if (statusOf(error) === 416 && range) throw new CoreError("INVALID", `Bytes ${range.start} to ${range.end} are not a range of the artifact.`);
    throw storageError(bucket.name, error);
  }
}

async function* listBlobs(bucket: Bucket): AsyncIterable<ListedBlob> {
  for await (const object of listObjects(bucket, "sha256/")) {
    const digest = digestOfPlace(object.key.slice(bucket.prefix.length));
    if (digest) yield { digest, sizeBytes: object.sizeBytes, storedAt: object.storedAt };
  }
}

async function* listObjects(bucket: Bucket, folder: string): AsyncIterable<{ key: string; sizeBytes: number; storedAt: Date }> {
  try {
    for await (const page of paginateListObjectsV2({ client: bucket.client }, { Bucket: bucket.name, Prefix: bucket.prefix + folder })) {
      for (const object of page.Contents ?? []) {
        // Without its time an object counts as new: it is never removed for its age.
        yield { key: object.Key ?? "", sizeBytes: object.Size ?? 0, storedAt: object.LastModified ?? new Date() };
      }
    }
  } catch (error) {
    throw storageError(bucket.name, error);
  }
}

/** Removes whole temporary objects whose copy was never made, and uploads in parts that nobody completed. */
async function removeLeftovers(bucket: Bucket, before: Date): Promise<void> {
  for await (const object of listObjects(bucket, TEMPORARY_FOLDER)) {
    if (object.storedAt < before) await unlessMissing(bucket, bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: object.key })));
  }
  for (const upload of await listUploads(bucket)) {
    if (upload.startedAt >= before) continue;
    await unlessMissing(bucket, bucket.client.send(new AbortMultipartUploadCommand({ Bucket: bucket.name, Key: upload.Key, UploadId: upload.UploadId })));
  }
}

/** Uploads in parts that are not completed, each with its start; one without a time counts as new. */
async function listUploads(bucket: Bucket): Promise<{ Key: string; UploadId: string; startedAt: Date }[]> {
  const uploads: { Key: string; UploadId: string; startedAt: Date }[] = [];
  let from: { KeyMarker?: string; UploadIdMarker?: string } | null = {};
  while (from) {
    const page: ListMultipartUploadsCommandOutput = await bucket.client
      .send(new ListMultipartUploadsCommand({ Bucket: bucket.name, Prefix: bucket.prefix, ...from }))
      .catch((error: unknown) => {
        throw storageError(bucket.name, error);
      });
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key?.startsWith(bucket.prefix) && UploadId) uploads.push({ Key, UploadId, startedAt: Initiated ?? new Date() });
    }
    from = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : null;
  }
  return uploads;
}

/** Null instead of an error when the object is not there. */
async function unlessMissing<Value>(bucket: Bucket, operation: Promise<Value>): Promise<Value | null> {
  try {
    return await operation;
  } catch (error) {
    if (isObjectMissing(error)) return null;
    throw storageError(bucket.name, error);
  }
}

function isObjectMissing(error: unknown): boolean {
  return statusOf(error) === 404 && !(error instanceof Error && error.name === "NoSuchBucket");
}
