import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import pg from "pg";

export const ROOT = path.join(import.meta.dirname, "../..");

/** A portal as a person starts it: its own process, an empty data folder, a free port; PostgreSQL when the run asks for it. */
export class PortalProcess {
  readonly url: string;
  readonly dataFolder: string;
  /** Variables that it is started with. */
  readonly environment: NodeJS.ProcessEnv;
  private readonly database: TestDatabase | null;
  private child: ChildProcess | null = null;
  private log = "";

  private constructor(port: number, dataFolder: string, database: TestDatabase | null, extra: Record<string, string>) {
    this.url = `http://localhost:${port}`;
    this.dataFolder = dataFolder;
    this.database = database;
    const { DATABASE_URL: _url, TRELLIS_ADMIN_EMAIL: _email, TRELLIS_ADMIN_PASSWORD: _password, ...inherited } = process.env;
    this.environment = { ...inherited, PORT: String(port), TRELLIS_DATA: dataFolder, ...(database ? { DATABASE_URL: database.url } : {}), ...extra };
  }

  static async create(extra: Record<string, string> = {}): Promise<PortalProcess> {
    const dataFolder = await mkdtemp(path.join(os.tmpdir(), "trellis-e2e-"));
    const server = process.env.TRELLIS_E2E_DATABASE_URL;
    return new PortalProcess(await freePort(), dataFolder, server ? await TestDatabase.create(server) : null, extra);
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ["apps/portal/main/main.ts"], { cwd: ROOT, env: this.environment, stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      const take = (chunk: Buffer): void => {
        this.log += chunk.toString();
        if (chunk.toString().includes("Trellis is ready")) resolve();
      };
      child.stdout.on("data", take);
      child.stderr.on("data", take);
      child.once("exit", (code, signal) => reject(new Error(`The portal ended (${code ?? signal}):\n${this.log.slice(-4_000)}`)));
    });
  }

  /** What it printed, for messages of failed tests. */
  output(): string {
    return this.log;
  }

  /** Ends it as a crash or a power button would: nothing is tidied up. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null) return;
    child.removeAllListeners("exit");
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    this.child = null;
  }

  async crashAndRestart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** Ends it as Ctrl C does; returns its exit code. */
  async stop(): Promise<number | null> {
    const { child } = this;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    const [code] = (await gone) as [number | null];
    this.child = null;
    return code;
  }

  /** Stops it and removes all that it kept. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.dataFolder, { recursive: true, force: true, maxRetries: 5 });
    await this.database?.drop();
  }
}

class TestDatabase {
  readonly url: string;
  private readonly server: string;
  private readonly name: string;

  private constructor(server: string, name: string) {
    this.server = server;
    this.name = name;
    const url = new URL(server);
    url.pathname = `/${name}`;
    this.url = url.href;
  }

  static async create(server: string): Promise<TestDatabase> {
    const name = `trellis_e2e_${process.pid}_${Date.now()}`;
    await query(server, `create database ${name}`);
    return new TestDatabase(server, name);
  }

  async drop(): Promise<void> {
    await query(this.server, `drop database if exists ${this.name} with (force)`);
  }
}

async function query(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(sql);
  await client.end();
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (!address || typeof address === "string") throw new Error("No free port.");
  return address.port;
}
