import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { ACCOUNT, ROOT } from "./open-portal.ts";

const FOLDER = path.join(ROOT, ".cache/bench/portal");

/** The data folder to measure on: made by `npm run seed` the first time and kept in `.cache/bench`; remove it to make it anew. */
export async function seededFolder(say: (line: string) => void): Promise<string> {
  if (existsSync(FOLDER)) return FOLDER;
  say("Seeding a portal to measure on; this happens once");
  const draft = `${FOLDER}.part`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  const env = { ...process.env, TRELLIS_DATA: draft, DATABASE_URL: "", TRELLIS_ADMIN_EMAIL: ACCOUNT.email, TRELLIS_ADMIN_PASSWORD: ACCOUNT.password };
  await promisify(execFile)(process.execPath, ["packages/bootstrap/src/seed/seed.ts", "--share", "0.4"], { cwd: ROOT, env, maxBuffer: 64 * 1024 * 1024 });
  await rename(draft, FOLDER);
  return FOLDER;
}
