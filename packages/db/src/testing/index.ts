export { openTestDatabase, testDatabase, type TestDatabase } from "./test-database.ts";
export { rolledBack } from "./rolled-back.ts";
