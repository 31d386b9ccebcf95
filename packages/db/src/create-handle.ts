import { drizzle } from "drizzle-orm/node-postgres";
import type { DatabaseHandle } from "./database.ts";
import { execute } from "./execute.ts";
import type { OpenPool } from "./pglite/open-pglite.ts";
import * as schema from "./schema/index.ts";

/** Builds the handle of a pool that is already migrated. */
export function createHandle(kind: DatabaseHandle["kind"], opened: OpenPool): DatabaseHandle {
  const { pool } = opened;
  let closed: Promise<void> | undefined;
  return {
    kind,
    db: drizzle(pool, { schema }),
    listen: opened.listen,
    execute: (text, values) => execute(pool, text, values),
    withExclusive: kind === "postgres" ? (name, work) => underAdvisoryLock(opened, name, work) : exclusiveInProcess(),
    async ping() {
      await pool.query("select 1");
    },
    close() {
      closed ??= opened.end();
      return closed;
    },
  };
}

async function underAdvisoryLock<Result>({ pool }: OpenPool, name: string, work: () => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query("select pg_advisory_lock(hashtextextended($1, 0))", [name]);
    try {
      return await work();
    } finally {
      await client.query("select pg_advisory_unlock(hashtextextended($1, 0))", [name]);
    }
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // A broken connection must not go back to the pool, where it could still hold the lock.
    client.release(failure);
  }
}

/** The embedded database has one process, which owns it: names are kept there, and its one connection stays free. */
function exclusiveInProcess(): DatabaseHandle["withExclusive"] {
  const tails = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const turn = (tails.get(name) ?? Promise.resolve()).then(work, work);
    tails.set(name, turn);
    try {
      return await turn;
    } finally {
      if (tails.get(name) === turn) tails.delete(name);
    }
  };
}
