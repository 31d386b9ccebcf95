import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type * as schema from "./schema/index.ts";

/** The typed door to the tables. Both databases, and a transaction of either, are used through this one type. */
export type Database = NodePgDatabase<typeof schema>;

/** What `db.transaction` hands out; a nested transaction is a savepoint. */
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

/** Structured log, the shape of core's own. Fields never carry secrets. */
export type DatabaseLog = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** Ends a subscription; when it resolves no further call of the callback follows. */
export type Unlisten = () => Promise<void>;

export type ListenOptions = {
  /** Called when a lost connection is back and listens again: what was announced meanwhile is gone, so read the state anew. */
  onReconnect?: () => void;
};

/** Rows as the driver gives them, and how many rows the statement returned or changed (0 for statements that do neither). */
export type ExecuteResult = { rows: Record<string, unknown>[]; rowCount: number };

/** An open, migrated database. */
export type DatabaseHandle = {
  readonly kind: "postgres" | "pglite";
  readonly db: Database;
  /**
   * Calls back with the payload of every NOTIFY on the channel, from any process, once its transaction has committed.
   * `channel` is a plain lower-case name.
   */
  listen(channel: string, callback: (payload: string) => void, options?: ListenOptions): Promise<Unlisten>;
  /**
   * Runs plain SQL with `$1` values, outside of Drizzle. Without values the text may hold several statements; then the rows
   * of all of them are returned one after the other. A failed text leaves no open transaction behind.
   */
  execute(text: string, values?: unknown[]): Promise<ExecuteResult>;
  /** Runs `work` while no other holder of the same name runs, in this process or another on the same database. */
  withExclusive<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  /** One round trip. Throws if the database does not answer. */
  ping(): Promise<void>;
  /** Waits for what runs, then lets go of every connection, thread, timer and lock. Safe to call twice. */
  close(): Promise<void>;
};
