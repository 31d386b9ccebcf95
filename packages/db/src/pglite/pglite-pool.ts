import pg from "pg";
import { PgliteSocket } from "./pglite-socket.ts";
import type { WireBackend } from "./wire.ts";

/**
 * Puts PGlite's one session back to how a fresh connection finds it. In one round trip, hence not `DISCARD ALL`, which cannot
 * stand beside other statements. `ROLLBACK` only warns when nothing is open.
 */
const RESET_SESSION = [
  ...["rollback", "close all", "set session authorization default", "reset all", "deallocate all", "unlisten *"],
  ...["select pg_advisory_unlock_all()", "discard plans", "discard temp", "discard sequences"],
].join("; ");

/**
 * The `pg` pool over an embedded database: a single connection that is lent in the order of asking, so a transaction holds
 * it and others wait. After a failed query the pool drops its connection; the next one starts from a clean session.
 */
export function createPglitePool(backend: WireBackend, onConnect: (client: pg.ClientBase) => Promise<void>): pg.Pool {
  return new pg.Pool({
    max: 1,
    idleTimeoutMillis: 0,
    // Code that waits for the database inside its own transaction would wait for ever: let it fail instead.
    connectionTimeoutMillis: 30_000,
    ssl: false,
    user: "postgres",
    database: "postgres",
    stream: () => new PgliteSocket(backend),
    onConnect: async (client) => {
      await client.query(RESET_SESSION);
      await onConnect(client);
    },
  });
}
