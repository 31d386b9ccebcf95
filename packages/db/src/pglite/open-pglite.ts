import type pg from "pg";
import { Channels } from "../channels.ts";
import type { DatabaseLog, ListenOptions, Unlisten } from "../database.ts";
import { createPglitePool } from "./pglite-pool.ts";
import type { WireBackend } from "./wire.ts";

/** A pool of either database with its way to listen. */
export type OpenPool = {
  pool: pg.Pool;
  listen(channel: string, callback: (payload: string) => void, options?: ListenOptions): Promise<Unlisten>;
  /** Ends the pool; the caller closes what is behind it. */
  end(): Promise<void>;
};

/** Connects a pool to a running embedded database. Notifications come in on its one connection. */
export function openPglitePool(backend: WireBackend, log: DatabaseLog): OpenPool {
  const channels = new Channels(log);
  const pool = createPglitePool(backend, async (client) => {
    client.on("notification", ({ channel, payload }) => channels.deliver(channel, payload ?? ""));
    if (channels.listenText !== "") await client.query(channels.listenText);
  });
  // An idle connection that breaks is reported by whoever closes or watches the backend.
  pool.on("error", (error) => log.error({ error }, "The embedded database dropped its connection"));
  return {
    pool,
    async listen(channel, callback, options) {
      const subscription = channels.add(channel, callback, options);
      await pool.query(`listen ${channel}`);
      return async () => {
        if (channels.remove(channel, subscription) && !pool.ending) await pool.query(`unlisten ${channel}`);
      };
    },
    end: () => pool.end(),
  };
}
