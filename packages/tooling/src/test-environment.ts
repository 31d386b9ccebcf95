import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { installedProgram, ROOT, runCommand } from "./run-command.ts";

/** What the tests use and where it was found; null = this half of the tests cannot run here. */
export type TestEnvironment = {
  chromium: string | null;
  uv: string;
  /** Address of a PostgreSQL server in which test databases may be made. */
  postgres: { url: string; stop(): Promise<void> } | null;
};

const CACHE = path.join(ROOT, ".cache");

/** Finds or installs what the tests need beyond npm's packages, as the README promises. */
export async function prepareTestEnvironment(): Promise<TestEnvironment> {
  await mkdir(CACHE, { recursive: true });
  return { chromium: await findChromium(), uv: await findUv(), postgres: await findPostgres() };
}

/** Chromium: named by CHROMIUM, installed, Debian's package (as root), or Playwright's own build. */
async function findChromium(): Promise<string | null> {
  const candidates = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = candidates.find((candidate) => candidate && existsSync(candidate));
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.log("Installing Chromium from Debian's packages");
    await runCommand("apt-get", ["update", "-q"], { quiet: true });
    await runCommand("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium", "fonts-dejavu-core"], {
      quiet: true,
      env: { DEBIAN_FRONTEND: "noninteractive" },
    });
    if (existsSync("/usr/bin/chromium")) return "/usr/bin/chromium";
  }
  console.log("Installing Chromium through Playwright");
  const installed = await runCommand(installedProgram("playwright"), ["install", "chromium"], { quiet: true });
  if (installed.exitCode !== 0) console.log(installed.output);
  return null;
}

/** uv: on PATH, else from PyPI into a folder of the repository. */
async function findUv(): Promise<string> {
  const onPath = await runCommand("uv", ["--version"], { quiet: true });
  if (onPath.exitCode === 0) return "uv";
  const folder = path.join(CACHE, "uv");
  const program = path.join(folder, "bin/uv");
  if (!existsSync(program)) {
    console.log("Installing uv from PyPI");
    const installed = await runCommand("python3", ["-m", "pip", "install", "--quiet", "--target", folder, "uv"], { quiet: true });
    if (installed.exitCode !== 0) throw new Error(`uv could not be installed by python3 -m pip:\n${installed.output}`);
  }
  return program;
}

/** PostgreSQL: named by TRELLIS_TEST_DATABASE_URL, listening on this machine, or started from installed programs. */
async function findPostgres(): Promise<TestEnvironment["postgres"]> {
  const stop = async (): Promise<void> => {};
  const named = process.env.TRELLIS_TEST_DATABASE_URL;
  if (named) return { url: named, stop };
  if (await isListening(5432)) {
    const url = "postgres://postgres@127.0.0.1:5432/postgres";
    const probe = await runCommand(process.execPath, [path.join(import.meta.dirname, "probe-postgres.ts"), url], { quiet: true });
    if (probe.exitCode === 0) return { url, stop };
  }
  return startPostgres();
}

async function startPostgres(): Promise<TestEnvironment["postgres"]> {
  const base = "/usr/lib/postgresql";
  const version = existsSync(base) ? (await readdir(base)).sort((a, b) => Number(b) - Number(a))[0] : undefined;
  if (!version) return null;
  const bin = path.join(base, version, "bin");
  const folder = await mkdtemp(path.join(os.tmpdir(), "trellis-postgres-"));
  const port = String(await freePort());
  // PostgreSQL refuses to run as root.
  const asRoot = process.getuid?.() === 0;
  if (asRoot) await runCommand("chown", ["postgres", folder], { quiet: true });
  const run = (command: string, args: string[]) =>
    asRoot ? runCommand("runuser", ["-u", "postgres", "--", command, ...args], { quiet: true }) : runCommand(command, args, { quiet: true });
  const made = await run(path.join(bin, "initdb"), ["-D", path.join(folder, "data"), "-U", "postgres", "--auth=trust", "--no-sync"]);
  if (made.exitCode !== 0) return null;
  const pgCtl = path.join(bin, "pg_ctl");
  const started = await run(pgCtl, [
    "-D",
    path.join(folder, "data"),
    "-w",
    "-l",
    path.join(folder, "log"),
    "-o",
    `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1`,
    "start",
  ]);
  if (started.exitCode !== 0) return null;
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => void (await run(pgCtl, ["-D", path.join(folder, "data"), "-m", "immediate", "stop"])),
  };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1" });
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("No free port."))));
    });
  });
}
