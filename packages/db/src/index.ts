export { openDatabase, type OpenDatabaseOptions } from "./open-database.ts";
export type { Database, DatabaseHandle, DatabaseLog, ExecuteResult, ListenOptions, Transaction, Unlisten } from "./database.ts";
export { DatabaseError, type DatabaseErrorCode } from "./database-error.ts";
export * as schema from "./schema/index.ts";
