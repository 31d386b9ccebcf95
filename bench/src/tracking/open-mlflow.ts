import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { freePort, ROOT } from "../portal/open-portal.ts";
import { clientOf, type TrackingServer } from "./tracking-server.ts";

const run = promisify(execFile);
/** MLflow with all that it needs, of pinned versions: the environment in which the portal's tests drive the client. */
const REQUIREMENTS = path.join(ROOT, "apps/portal/main/testing/mlflow/client-3.18.txt");
const DRIVER = "psycopg2-binary==2.9.13";
const START_TIMEOUT_MS = 180_000;

/** The folder of an environment with MLflow, made by uv the first time and kept. */
export async function mlflowEnvironment(say: (line: string) => void): Promise<string> {
  const folder = path.join(ROOT, ".cache/mlflow-3.18.0");
  if (existsSync(folder)) return folder;
  say("Installing MLflow from PyPI; this happens once");
  const draft = `${folder}.part`;
  await mkdir(path.dirname(folder), { recursive: true });
  await run("uv", ["venv", "--quiet", "--clear", "--relocatable", draft]);
  await run("uv", ["pip", "install", "--quiet", "--no-deps", "--compile-bytecode", "--python", path.join(draft, "bin/python"), "-r", REQUIREMENTS, DRIVER]);
  await rename(draft, folder);
  return folder;
}

/** Starts `mlflow server` as its documentation says, on an empty database of PostgreSQL, with its artifacts in a folder. */
export async function openMlflow(environment: string, folder: string, databaseUrl: string): Promise<TrackingServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    path.join(environment, "bin/python"),
    [
      "-m",
      "mlflow",
      "server",
      "--backend-store-uri",
      databaseUrl.replace(/^postgres:/, "postgresql+psycopg2:"),
      "--artifacts-destination",
      folder,
      "--port",
      String(port),
    ],
    {
      cwd: folder,
      env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: "true", PATH: `${path.join(environment, "bin")}:${process.env["PATH"]}` },
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    },
  );
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-4_000);
  });
  const endsAt = Date.now() + START_TIMEOUT_MS;
  while (
    !(await fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || Date.now() > endsAt) throw new Error(`MLflow did not start.\n${complaints}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  return {
    url,
    token: null,
    pid: child.pid ?? 0,
    async sql(text) {
      const answer: pg.QueryResult | pg.QueryResult[] = await pool.query(text);
      return (Array.isArray(answer) ? answer : [answer]).flatMap(({ rows }) => rows as Record<string, unknown>[]);
    },
    ask: clientOf(url, null),
    async stop() {
      await pool.end();
      if (child.exitCode !== null || child.pid === undefined) return;
      const ended = once(child, "exit");
      // Its workers are a group of their own.
      process.kill(-child.pid, "SIGTERM");
      await ended;
    },
  };
}
