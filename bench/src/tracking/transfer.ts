import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { processTree } from "../portal/process-tree.ts";
import { newRun } from "./measure.ts";
import type { TrackingServer } from "./tracking-server.ts";

const CHUNK = 1024 * 1024;

export type Transfer = { uploadMs: number; downloadMs: number; /** By how much the server's memory grew at most, in bytes. */ grownBytes: number };

/** What writing (with fsync) and reading a file of this size takes on the disk that both servers use. */
export async function diskTimes(folder: string, bytes: number): Promise<{ writeMs: number; readMs: number }> {
  const file = path.join(folder, "disk.bin");
  const chunk = randomBytes(CHUNK);
  let startedAt = performance.now();
  const handle = await open(file, "w");
  for (let written = 0; written < bytes; written += CHUNK) await handle.write(chunk);
  await handle.sync();
  await handle.close();
  const writeMs = performance.now() - startedAt;
  startedAt = performance.now();
  await pipeline(createReadStream(file, { highWaterMark: CHUNK }), createWriteStream("/dev/null"));
  const readMs = performance.now() - startedAt;
  await rm(file);
  return { writeMs, readMs };
}

/** Sends a file of this size into a new run and fetches it again, in chunks, and watches the server's memory meanwhile. */
export async function transfer(server: TrackingServer, experiment: string, bytes: number): Promise<Transfer> {
  const runId = await newRun(server, experiment);
  const { run } = await server.ask<{ run: { info: { artifact_uri: string } } }>("GET", `/runs/get?run_id=${runId}`);
  const url = `${server.url}/api/2.0/mlflow-artifacts/artifacts/${run.info.artifact_uri.replace(/^mlflow-artifacts:\/+/, "")}/big.bin`;
  const headers: Record<string, string> = server.token ? { authorization: `Bearer ${server.token}` } : {};
  const memory = await watchMemory(server.pid);
  // Each chunk differs, so that no store keeps it once and calls it done.
  const content = function* (): Generator<Buffer> {
    const chunk = randomBytes(CHUNK);
    for (let written = 0; written < bytes; written += CHUNK) {
      chunk.writeUInt32LE(written / CHUNK);
      yield Buffer.from(chunk);
    }
  };
  let startedAt = performance.now();
  const put = await fetch(url, { method: "PUT", headers, body: Readable.toWeb(Readable.from(content())) as ReadableStream, duplex: "half" } as RequestInit);
  if (!put.ok) throw new Error(`PUT of an artifact: ${put.status} ${await put.text()}`);
  const uploadMs = performance.now() - startedAt;
  startedAt = performance.now();
  const response = await fetch(url, { headers });
  let received = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) received += chunk.length;
  const downloadMs = performance.now() - startedAt;
  if (received !== bytes) throw new Error(`${received} bytes came back of ${bytes}.`);
  return { uploadMs, downloadMs, grownBytes: await memory.stop() };
}

/** Resident memory of a process and all below it, ten times a second. */
async function watchMemory(pid: number): Promise<{ stop(): Promise<number> }> {
  const before = await residentBytes(pid);
  let most = before;
  const timer = setInterval(() => {
    void residentBytes(pid).then((bytes) => (most = Math.max(most, bytes)));
  }, 100);
  return {
    async stop() {
      clearInterval(timer);
      return Math.max(most, await residentBytes(pid)) - before;
    },
  };
}

async function residentBytes(pid: number): Promise<number> {
  const sizes = (await processTree(pid, "no other processes")).map(async (each) => {
    const text = await readFile(`/proc/${each.pid}/status`, "utf8").catch(() => "");
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
  });
  return (await Promise.all(sizes)).reduce((total, bytes) => total + bytes, 0);
}
