import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import path from "node:path";

export const ROOT = path.join(import.meta.dirname, "../../..");
/** The administrator of the seeded folder. */
export const ACCOUNT = { email: "bench@meridian.example", password: "a password for benchmarks" };

export type OpenPortal = {
  url: string;
  pid: number;
  /** From the start of the process to the first `GET /readyz` that answers 200, in milliseconds. */
  startedInMs: number;
  /** Asks the REST door as the administrator. */
  get<Result>(path: string): Promise<Result>;
  /** Resolves once no deployment is on its way, at most after a minute. */
  waitUntilSettled(): Promise<OpenPortal>;
  stop(): Promise<void>;
};

/** Starts the built portal on a data folder, as `npm start` does after the build. */
export async function openPortal(folder: string): Promise<OpenPortal> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const { DATABASE_URL: _url, ...inherited } = process.env;
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["apps/portal/main/main.ts"], {
    cwd: ROOT,
    env: { ...inherited, PORT: String(port), TRELLIS_DATA: folder },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-4_000);
  });
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`The portal ended with ${child.exitCode}. Is it built (npm run build)?\n${complaints}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  const startedInMs = performance.now() - startedAt;
  const token = await tokenOf(url);
  const get = async <Result>(address: string): Promise<Result> => {
    const response = await fetch(`${url}/api/v1${address}`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`GET ${address}: ${response.status}`);
    return (await response.json()) as Result;
  };
  const opened: OpenPortal = {
    url,
    pid: child.pid ?? 0,
    startedInMs,
    get,
    async waitUntilSettled() {
      for (let tries = 0; tries < 120; tries += 1) {
        const { counts } = await get<{ counts: { progressing: number } }>("/deployments");
        if (counts.progressing === 0 && tries > 4) break;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      return opened;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
  return opened;
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}

async function tokenOf(url: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...ACCOUNT, tokenName: `bench ${Date.now()}` }),
  });
  const { token } = (await response.json()) as { token?: string };
  if (!token) throw new Error("The seeded folder does not know the benchmark's administrator. Remove .cache/bench and run again.");
  return token;
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (!address || typeof address === "string") throw new Error("No free port.");
  return address.port;
}
