import fs from "node:fs";
import { open, readdir } from "node:fs/promises";
import path from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { DurableFS } from "./durable-fs.ts";

/** PostgreSQL's major version inside the pinned PGlite; a folder of another major cannot be opened. */
const MAJOR_VERSION = "18";

const START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  ...["-c", "wal_sync_method=fsync"],
  ...["-c", "max_wal_size=128MB"],
  ...["-c", "TimeZone=UTC"],
];

/**
 * Opens the cluster in `<folder>/cluster`, making it if there is none. A creation that was cut off is recognised by the mark
 * it leaves and started again; the mark is gone from the disk before anyone can have stored a row.
 */
export async function openCluster(folder: string, onFsync: () => void): Promise<{ pglite: PGlite; created: boolean }> {
  const cluster = path.join(folder, "cluster");
  const mark = path.join(folder, "cluster.creating");
  if (fs.existsSync(mark)) fs.rmSync(cluster, { recursive: true, force: true });
  const created = !fs.existsSync(cluster);
  if (created) fs.writeFileSync(mark, "");
  else refuseOtherMajor(cluster);
  const pglite = await PGlite.create({ fs: new DurableFS(cluster, onFsync), startParams: START_PARAMETERS });
  if (created) {
    await pglite.exec("checkpoint");
    await syncTree(cluster);
    fs.rmSync(mark);
    await syncPath(folder);
  }
  return { pglite, created };
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
