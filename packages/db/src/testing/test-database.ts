import { randomUUID } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import { createHandle } from "../create-handle.ts";
import type { Database, DatabaseHandle } from "../database.ts";
import { openPostgres } from "../postgres/open-postgres.ts";
import { SILENT } from "../silent-log.ts";
import { openMemoryDatabase } from "./memory-database.ts";
import { databaseUrl, migratedDump, migratedTemplate, testServerUrl, withServer } from "./template.ts";

/** What a test file uses; the properties exist once the file's tests run, not while it is collected. */
export type TestDatabase = {
  readonly handle: DatabaseHandle;
  readonly db: Database;
};

/**
 * Gives the test file a migrated, empty database of its own, shared by its tests: PGlite in memory, or a database on the
 * server of `TRELLIS_TEST_DATABASE_URL`, dropped afterwards. Call it at the top of the file or of a `describe`.
 */
export function testDatabase(): TestDatabase {
  let handle: DatabaseHandle | undefined;
  beforeAll(async () => {
    handle = await openTestDatabase();
  }, 60_000);
  afterAll(async () => {
    await handle?.close();
  });
  const opened = () => {
    if (!handle) throw new Error("The test database is open only while tests run.");
    return handle;
  };
  return {
    get handle() {
      return opened();
    },
    get db() {
      return opened().db;
    },
  };
}

/** The same, for code that closes the handle itself. */
export async function openTestDatabase(): Promise<DatabaseHandle> {
  const server = testServerUrl();
  return server ? openServerDatabase(server) : openMemoryDatabase(await migratedDump());
}

async function openServerDatabase(server: string): Promise<DatabaseHandle> {
  const template = await migratedTemplate(server);
  const name = `trellis_test_${randomUUID().replaceAll("-", "")}`;
  await withServer(server, (client) => client.query(`create database ${name} template ${template}`));
  const opened = await openPostgres(databaseUrl(server, name), SILENT);
  return createHandle("postgres", {
    ...opened,
    async end() {
      await opened.end();
      await withServer(server, (client) => client.query(`drop database ${name} with (force)`));
    },
  });
}
