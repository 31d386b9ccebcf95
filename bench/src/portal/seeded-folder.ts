import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { ACCOUNT, ROOT } from "./open-portal.ts";

const CACHE = path.join(ROOT, ".cache/bench");
const MIGRATIONS = path.join(ROOT, "packages/db/migrations");

/**
 * The data folder to measure on: made by `npm run seed` the first time, and again when the schema of the database has changed,
 * and kept in `.cache/bench`.
 */
export async function seededFolder(say: (line: string) => void): Promise<string> {
  const folder = path.join(CACHE, `portal-${await schemaDigest()}`);
  if (existsSync(folder)) return folder;
  say("Seeding a portal to measure on; this happens once");
  const draft = path.join(CACHE, "portal.part");
  await rm(CACHE, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  const env = { ...process.env, TRELLIS_DATA: draft, DATABASE_URL: "", TRELLIS_ADMIN_EMAIL: ACCOUNT.email, TRELLIS_ADMIN_PASSWORD: ACCOUNT.password };
  await promisify(execFile)(process.execPath, ["packages/bootstrap/src/seed/seed.ts", "--share", "0.4"], { cwd: ROOT, env, maxBuffer: 64 * 1024 * 1024 });
  await rename(draft, folder);
  return folder;
}

async function schemaDigest(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of (await readdir(MIGRATIONS)).filter((name) => name.endsWith(".sql")).toSorted()) hash.update(await readFile(path.join(MIGRATIONS, file)));
  return hash.digest("hex").slice(0, 12);
}
