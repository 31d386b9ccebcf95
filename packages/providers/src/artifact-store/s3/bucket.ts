import type { S3Client } from "@aws-sdk/client-s3";

/** The part of a bucket that holds the store; `prefix` is empty or ends in `/`. */
export type Bucket = { name: string; prefix: string; client: S3Client };
