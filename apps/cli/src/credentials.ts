import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { EXIT, Failure } from "./failure.ts";

export type Credentials = { url: string; token: string };

function file(): string {
  const base = process.env.XDG_CONFIG_HOME ?? path.join(os.homedir(), ".config");
  return path.join(base, "trellis", "credentials.json");
}

/** Keeps the portal's address and the token for later commands, readable by their owner only. */
export async function saveCredentials(credentials: Credentials): Promise<string> {
  const target = file();
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  await writeFile(target, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  return target;
}

/** TRELLIS_URL and TRELLIS_TOKEN, else what `trellis login` kept. */
export async function loadCredentials(): Promise<Credentials> {
  const stored = await readStored();
  const url = process.env.TRELLIS_URL ?? stored?.url;
  const token = process.env.TRELLIS_TOKEN ?? stored?.token;
  if (!url || !token) throw new Failure("You are not signed in. Run: trellis login --url http://localhost:3000", EXIT.refused);
  return { url, token };
}

/** Forgets the token. */
export async function removeCredentials(): Promise<void> {
  await rm(file(), { force: true });
}

async function readStored(): Promise<Credentials | null> {
  try {
    return JSON.parse(await readFile(file(), "utf8")) as Credentials;
  } catch {
    return null;
  }
}
