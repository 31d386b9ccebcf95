import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Logger } from "@trellis/core/kernel/context.ts";
import { type DatabaseHandle, openDatabase } from "@trellis/db";
import type { Environment } from "./environment.ts";

/** Opens the database that the settings name, and makes the data folder if it is missing. Errors: as of `openDatabase`. */
export async function openEnvironmentDatabase({ dataFolder, databaseUrl }: Environment, log: Logger): Promise<DatabaseHandle> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  return openDatabase({ ...(databaseUrl ? { url: databaseUrl } : {}), folder: path.join(dataFolder, "database"), log });
}
