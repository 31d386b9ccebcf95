import { PGlite } from "@electric-sql/pglite";
import type { DatabaseHandle } from "../database.ts";
import { createHandle } from "../create-handle.ts";
import { exchangeWith } from "../pglite/pglite-engine.ts";
import { openPglitePool, type OpenPool } from "../pglite/open-pglite.ts";
import type { WireBackend } from "../pglite/wire.ts";
import { migrate, readMigrations } from "../migrate.ts";
import { SILENT } from "../silent-log.ts";

/** A fresh database in the memory of this thread, behind the same pool code as the real one. `dump` is a migrated one. */
export async function openMemoryDatabase(dump: Blob): Promise<DatabaseHandle> {
  return createHandle("pglite", openMemoryPool(await PGlite.create({ loadDataDir: dump })));
}

/** Makes a migrated database and returns it as an archive that `openMemoryDatabase` starts from. */
export async function dumpMigrated(): Promise<Blob> {
  const pglite = await PGlite.create();
  const { pool } = openMemoryPool(pglite);
  const client = await pool.connect();
  await migrate(client, readMigrations(), SILENT);
  client.release();
  await pool.query("checkpoint");
  await pool.end();
  const dump = await pglite.dumpDataDir("none");
  await pglite.close();
  return dump;
}

function openMemoryPool(pglite: PGlite): OpenPool {
  let queue: Promise<unknown> = Promise.resolve();
  const backend: WireBackend = {
    exchange(request) {
      const answer = queue.then(() => exchangeWith(pglite, request));
      queue = answer.catch(() => {});
      return answer;
    },
    onFailure: () => () => {},
  };
  const opened = openPglitePool(backend, SILENT);
  return {
    ...opened,
    async end() {
      await opened.end();
      if (!pglite.closed) await pglite.close();
    },
  };
}
