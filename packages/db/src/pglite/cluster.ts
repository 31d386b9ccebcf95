import fs from "node:fs";
import { open, readdir } from "node:fs/promises";
import path from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { clusterOf, markOf } from "./cluster-folder.ts";
import { DurableFS } from "./durable-fs.ts";

/** PostgreSQL's major version inside the pinned PGlite; a folder of another major cannot be opened. */
const MAJOR_VERSION = "18";

const START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  ...["-c", "wal_sync_method=fsync"],
  ...["-c", "max_wal_size=128MB"],
  ...["-c", "TimeZone=UTC"],
  // What initdb chooses (160 MB) makes the WebAssembly memory grow past its first size; the system caches files as well.
  ...["-c", "shared_buffers=32MB"],
];

/**
 * Makes the cluster of a folder. A mark in the folder says that it is not whole; the mark is gone from the disk before anyone
 * can have stored a row, so what it marks can be thrown away.
 */
export async function createCluster(folder: string): Promise<void> {
  const cluster = clusterOf(folder);
  fs.writeFileSync(markOf(folder), "");
  fs.rmSync(cluster, { recursive: true, force: true });
  const pglite = await PGlite.create({ fs: new DurableFS(cluster, () => {}), startParams: START_PARAMETERS });
  await pglite.close();
  await syncTree(cluster);
  fs.rmSync(markOf(folder));
  await syncPath(folder);
}

/** Opens the cluster of a folder. `onFsync` is called at every flush to the disk. */
export async function openCluster(folder: string, onFsync: () => void): Promise<PGlite> {
  const cluster = clusterOf(folder);
  refuseOtherMajor(cluster);
  return PGlite.create({ fs: new DurableFS(cluster, onFsync), startParams: START_PARAMETERS });
}

function refuseOtherMajor(cluster: string): void {
  const file = path.join(cluster, "PG_VERSION");
  const version = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : "none";
  if (version === MAJOR_VERSION) return;
  throw new Error(
    `The folder ${cluster} holds a database of PostgreSQL ${version}, but this version of Trellis needs ${MAJOR_VERSION}. ` +
      "Export it with the version that wrote it, or choose another data folder.",
  );
}

/** Flushes every file and folder below, which initdb wrote without a flush. */
async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile() || entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name));
  for (let start = 0; start < paths.length; start += 16) await Promise.all(paths.slice(start, start + 16).map(syncPath));
  await syncPath(folder);
}

async function syncPath(target: string): Promise<void> {
  const file = await open(target, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
