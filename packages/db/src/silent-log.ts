import type { DatabaseLog } from "./database.ts";

/** Says nothing. */
export const SILENT: DatabaseLog = { debug() {}, info() {}, warn() {}, error() {} };
