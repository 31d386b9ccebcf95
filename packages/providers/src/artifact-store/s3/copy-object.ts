import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import type { Bucket } from "./bucket.ts";

/** Copies within the bucket, by the server; what is larger than `partBytes` in several requests. The copy appears whole or not at all. */
export async function copyObject(bucket: Bucket, copy: { from: string; to: string; sizeBytes: number; partBytes: number }): Promise<void> {
  const CopySource = encodeURI(`${bucket.name}/${copy.from}`);
  const target = { Bucket: bucket.name, Key: copy.to };
  if (copy.sizeBytes <= copy.partBytes) {
    await bucket.client.send(new CopyObjectCommand({ ...target, CopySource }));
    return;
  }
  const { UploadId } = await bucket.client.send(new CreateMultipartUploadCommand(target));
  try {
    const Parts: CompletedPart[] = [];
    for (let start = 0; start < copy.sizeBytes; start += copy.partBytes) {
      const end = Math.min(start + copy.partBytes, copy.sizeBytes) - 1;
      const PartNumber = Parts.length + 1;
      const { CopyPartResult } = await bucket.client.send(
        new UploadPartCopyCommand({ ...target, UploadId, PartNumber, CopySource, CopySourceRange: `bytes=${start}-${end}` }),
      );
      Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    await bucket.client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
  } catch (error) {
    await bucket.client.send(new AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => {});
    throw error;
  }
}
