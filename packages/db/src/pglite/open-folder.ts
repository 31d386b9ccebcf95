import fs from "node:fs";
import path from "node:path";
import type { DatabaseLog } from "../database.ts";
import { Maintenance, type MaintenanceLimits } from "./maintenance.ts";
import { openPglitePool, type OpenPool } from "./open-pglite.ts";
import { acquireOwnerLock } from "./owner-lock.ts";
import { WorkerBackend } from "./worker-backend.ts";

export type OpenFolder = OpenPool & { backend: WorkerBackend; maintenance: Maintenance };

export type OpenFolderOptions = {
  /** Called once if the database breaks. Nothing works on it any more; only a new process can open the folder again. */
  onFailure?: (error: Error) => void;
  maintenance?: Partial<MaintenanceLimits>;
};

/**
 * Opens the embedded database of a folder, as its only owner. A second open, by any process, is refused with CONFLICT.
 */
export async function openFolder(folder: string, log: DatabaseLog, options: OpenFolderOptions = {}): Promise<OpenFolder> {
  const absolute = path.resolve(folder);
  fs.mkdirSync(absolute, { recursive: true, mode: 0o700 });
  const lock = await acquireOwnerLock(absolute);
  try {
    const backend = await WorkerBackend.start(absolute);
    backend.onFailure((error) => log.error({ error, folder: absolute }, "The embedded database has stopped"));
    if (options.onFailure) backend.onFailure(options.onFailure);
    const opened = openPglitePool(backend, log);
    const maintenance = new Maintenance(opened.pool, log, options.maintenance);
    return {
      ...opened,
      backend,
      maintenance,
      async end() {
        await maintenance.stop();
        await opened.end();
        await backend.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
