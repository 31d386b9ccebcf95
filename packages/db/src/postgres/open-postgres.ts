import pg from "pg";
import { Channels } from "../channels.ts";
import { DatabaseError } from "../database-error.ts";
import type { DatabaseLog } from "../database.ts";
import type { OpenPool } from "../pglite/open-pglite.ts";
import { PostgresListener } from "./postgres-listener.ts";

/** The oldest server that the SQL of this program is written for. */
const OLDEST_MAJOR = 15;

/** Connects to a PostgreSQL server and checks that it answers and is new enough. */
export async function openPostgres(url: string, log: DatabaseLog): Promise<OpenPool> {
  const config: pg.PoolConfig = { connectionString: url, application_name: "trellis", keepAlive: true };
  const pool = new pg.Pool({
    ...config,
    max: 10,
    connectionTimeoutMillis: 10_000,
    onConnect: async (client) => {
      await client.query("set time zone 'UTC'");
    },
  });
  pool.on("error", (error) => log.warn({ error }, "An idle connection to the database broke"));
  try {
    await refuseOldServer(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const channels = new Channels(log);
  const listener = new PostgresListener(config, channels, log);
  return {
    pool,
    async listen(channel, callback, options) {
      const subscription = channels.add(channel, callback, options);
      await listener.query(`listen ${channel}`);
      return async () => {
        if (channels.remove(channel, subscription) && !pool.ending) await listener.query(`unlisten ${channel}`);
      };
    },
    async end() {
      await listener.close();
      await pool.end();
    },
  };
}

async function refuseOldServer(pool: pg.Pool): Promise<void> {
  let version: number;
  try {
    const { rows } = await pool.query<{ version: number }>("select current_setting('server_version_num')::int as version");
    version = rows[0]?.version ?? 0;
  } catch (error) {
    // The address is not repeated, since it may carry a password.
    const reason = error instanceof Error ? error.message || ("code" in error ? String(error.code) : error.name) : String(error);
    throw new DatabaseError(
      "UNAVAILABLE",
      `The PostgreSQL server of DATABASE_URL cannot be used: ${reason}. Check the address, the user and that the server runs.`,
      {
        cause: error,
      },
    );
  }
  const major = Math.floor(version / 10_000);
  if (major < OLDEST_MAJOR) {
    throw new DatabaseError("PRECONDITION_FAILED", `The PostgreSQL server of DATABASE_URL has version ${major}; Trellis needs ${OLDEST_MAJOR} or newer.`);
  }
}
