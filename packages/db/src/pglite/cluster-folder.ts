import fs from "node:fs";
import path from "node:path";

/** Where PostgreSQL's files are, within the folder of the embedded database. */
export function clusterOf(folder: string): string {
  return path.join(folder, "cluster");
}

/** A file that exists while the cluster is being made. */
export function markOf(folder: string): string {
  return path.join(folder, "cluster.creating");
}

/** True if the cluster must be made first: there is none, or its making was cut off. */
export function needsCluster(folder: string): boolean {
  return fs.existsSync(markOf(folder)) || !fs.existsSync(clusterOf(folder));
}
