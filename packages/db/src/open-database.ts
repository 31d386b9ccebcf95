import { createHandle } from "./create-handle.ts";
import { DatabaseError } from "./database-error.ts";
import type { DatabaseHandle, DatabaseLog } from "./database.ts";
import { migrate, readMigrations } from "./migrate.ts";
import { openFolder } from "./pglite/open-folder.ts";
import type { OpenPool } from "./pglite/open-pglite.ts";
import { openPostgres } from "./postgres/open-postgres.ts";
import { SILENT } from "./silent-log.ts";

export type OpenDatabaseOptions = {
  /** Address of a PostgreSQL server, `postgres://user:password@host:5432/name`. Wins over `folder`. */
  url?: string;
  /** Folder of the embedded database; made if missing. */
  folder?: string;
  log?: DatabaseLog;
  /** Called once if the embedded database breaks down: nothing works on it any more, so end the process. */
  onFailure?: (error: Error) => void;
};

/**
 * Opens the database and migrates it. Open it once, in the one process that serves, never at import.
 * Errors: CONFLICT if another process owns the folder, UNAVAILABLE if the server does not answer, PRECONDITION_FAILED if the
 * server is too old or the database newer than the program.
 */
export async function openDatabase({ url, folder, log = SILENT, onFailure }: OpenDatabaseOptions): Promise<DatabaseHandle> {
  if (url) return migrated("postgres", await openPostgres(url, log), log);
  if (folder) return migrated("pglite", await openFolder(folder, log, { onFailure }), log);
  throw new DatabaseError("INVALID", "Give the address of a PostgreSQL server or a folder for the embedded database.");
}

/** Brings an open pool up to date and wraps it; closes it if that fails. */
export async function migrated(kind: DatabaseHandle["kind"], opened: OpenPool, log: DatabaseLog = SILENT): Promise<DatabaseHandle> {
  try {
    const client = await opened.pool.connect();
    try {
      await migrate(client, readMigrations(), log);
    } finally {
      client.release();
    }
    return createHandle(kind, opened);
  } catch (error) {
    await opened.end();
    throw error;
  }
}
