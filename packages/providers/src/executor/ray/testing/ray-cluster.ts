import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { freePorts } from "../../../testing/free-ports.ts";
import { installPythonPackage } from "../../../testing/install-python-package.ts";

const PACKAGE = "ray[default]==2.60.0";

export type RayCluster = {
  address: string;
  /** Joins another node with this many CPUs. */
  addNode(cpus: number): Promise<void>;
  /** kill -9 of all that belongs to the cluster, jobs included. */
  crash(): Promise<void>;
  /** Starts the head again under the same address. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

/** Starts a real Ray cluster of one head node; the first time on a machine Ray is installed into the cache of `node_modules`. */
export async function startRayCluster(cpus: number): Promise<RayCluster> {
  const ray = path.join(await installPythonPackage(PACKAGE), "ray");
  // Short, since the paths of its sockets have a limit of 107 characters.
  const folder = await mkdtemp("/tmp/ray-");
  const [port = 0, dashboard = 0, client = 0] = await freePorts(3);
  const address = `http://127.0.0.1:${dashboard}`;
  const common = ["--block", "--disable-usage-stats", "--object-store-memory=80000000", "--node-ip-address=127.0.0.1"];
  const head = [
    "--head",
    `--port=${port}`,
    "--dashboard-host=127.0.0.1",
    `--dashboard-port=${dashboard}`,
    `--ray-client-server-port=${client}`,
    `--temp-dir=${folder}`,
  ];

  function start(args: string[]): ChildProcess {
    const environment = { ...process.env, RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER: "1", PATH: `${path.dirname(ray)}:${process.env["PATH"]}` };
    return spawn(ray, ["start", ...common, ...args], { stdio: "ignore", detached: true, env: environment });
  }
  async function startHead(): Promise<void> {
    const child = start([...head, `--num-cpus=${cpus}`]);
    // Its agent answers later than its dashboard, and takes the jobs.
    await until(child, async () => (await fetch(`${address}/api/jobs/`)).ok && (await fetch(`${address}/nodes?view=summary`)).ok);
  }
  await startHead();

  return {
    address,
    async addNode(moreCpus) {
      const child = start([`--address=127.0.0.1:${port}`, `--num-cpus=${moreCpus}`]);
      await until(child, async () => {
        const { data } = (await (await fetch(`${address}/nodes?view=summary`)).json()) as { data: { summary: { raylet: { state: string } }[] } };
        return data.summary.filter((node) => node.raylet.state === "ALIVE").length === 2;
      });
    },
    crash: () => killAll(folder, port),
    restart: startHead,
    async close() {
      await killAll(folder, port);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function until(child: ChildProcess, ready: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    if (await ready().catch(() => false)) return;
    if (child.exitCode !== null || tries > 900) throw new Error(`Ray did not start (exit code ${child.exitCode}).`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Ray's processes, and those of its jobs, name the cluster in their command line or environment. */
async function killAll(folder: string, port: number): Promise<void> {
  for (let rounds = 0; rounds < 50; rounds += 1) {
    const left = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid && belongs(pid, folder, port));
    if (left.length === 0) return;
    for (const pid of left) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function belongs(pid: string, folder: string, port: number): boolean {
  try {
    const [commandLine, environment, status] = ["cmdline", "environ", "stat"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8"));
    if (status?.includes(") Z ")) return false;
    const words = `${commandLine}\0${environment}`;
    return commandLine?.includes(folder) || words.includes(`127.0.0.1:${port}`) || Boolean(environment?.includes(folder));
  } catch {
    return false;
  }
}
