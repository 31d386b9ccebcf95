import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../portal/open-portal.ts";
import { type Benchmark, type BenchResult, compared, measured, quantile } from "../result.ts";
import { dropDatabase, freshDatabase } from "./databases.ts";
import { measureLogging, measureRegistrySearch, measureRunSearch, newRun, readHistory, timed } from "./measure.ts";
import { mlflowEnvironment, openMlflow } from "./open-mlflow.ts";
import { openTrellis } from "./open-trellis.ts";
import { seedPoints, seedRuns, seedVersions, type Side } from "./seed.ts";
import { diskTimes, type Transfer, transfer } from "./transfer.ts";
import type { TrackingServer } from "./tracking-server.ts";

const MB = 1024 * 1024;
/** Memory that counts as flat while a file of any size passes. */
const FLAT_MB = 128;

/** How much is laid down and asked for. */
type Size = { runs: number; points: number; versions: number; fileBytes: number; calls: number; samples: number; costs: number[] };
const FULL: Size = { runs: 100_000, points: 100_000, versions: 100_000, fileBytes: 1024 * MB, calls: 30, samples: 30, costs: [10_000, 100_000, 1_000_000] };
const QUICK: Size = { runs: 2_000, points: 10_000, versions: 2_000, fileBytes: 64 * MB, calls: 4, samples: 6, costs: [1_000, 2_000] };

type Measured = {
  logging: Awaited<ReturnType<typeof measureLogging>>;
  client: Record<"one" | "batch" | "search" | "history", number>;
  runs: Awaited<ReturnType<typeof measureRunSearch>>;
  history: number;
  registry: Awaited<ReturnType<typeof measureRegistrySearch>>;
  files: Transfer;
  /** p95 of a search by the number of runs in the experiment. */
  costs: Map<number, number>;
};

/** MLflow's own server and Trellis on the same PostgreSQL, and Trellis on its embedded database, asked the same things. */
export const tracking: Benchmark = {
  about: "clients of MLflow: logging, searches, histories and files, beside `mlflow server`",
  async run({ quick, say }) {
    const size = quick ? QUICK : FULL;
    const environment = await mlflowEnvironment(say);
    await mkdir(path.join(ROOT, ".cache"), { recursive: true });
    const folder = await mkdtemp(path.join(ROOT, ".cache/bench-tracking-"));
    const folderOf = async (name: string): Promise<string> => {
      await mkdir(path.join(folder, name));
      return path.join(folder, name);
    };
    const names = { mlflow: `bench_mlflow_${process.pid}`, trellis: `bench_trellis_${process.pid}` };
    const python = path.join(environment, "bin/python");
    try {
      const disk = await diskTimes(folder, size.fileBytes);
      const one = async (title: string, side: Side, sizes: Size, open: () => Promise<TrackingServer>): Promise<Measured> => {
        const server = await open();
        try {
          return await measure(server, side, sizes, python, (line) => say(`${title}: ${line}`));
        } finally {
          await server.stop();
        }
      };
      // The last column of costs is for Trellis on PostgreSQL: MLflow's search of it takes minutes, and the embedded database is not for it.
      const smaller = { ...size, costs: size.costs.slice(0, 2) };
      const mlflowFolder = await folderOf("mlflow");
      const mlflowUrl = await freshDatabase(names.mlflow);
      const peer = await one("mlflow server", "mlflow", smaller, () => openMlflow(environment, mlflowFolder, mlflowUrl));
      const embeddedFolder = await folderOf("embedded");
      const embedded = await one("Trellis, embedded database", "trellis", smaller, () => openTrellis(embeddedFolder, null));
      const trellisFolder = await folderOf("trellis");
      const trellisUrl = await freshDatabase(names.trellis);
      const ours = await one("Trellis, PostgreSQL", "trellis", size, () => openTrellis(trellisFolder, trellisUrl));
      return [...rows("", ours, peer, size, disk), ...rows(" (embedded)", embedded, peer, size, disk)];
    } finally {
      await dropDatabase(names.mlflow);
      await dropDatabase(names.trellis);
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(server: TrackingServer, side: Side, size: Size, python: string, say: (line: string) => void): Promise<Measured> {
  say(`laying down ${size.runs} runs, ${size.versions} versions and a metric of ${size.points} points`);
  const searched = await seedRuns(server, side, "searched", size.runs);
  await seedVersions(server, side, searched, size.versions);
  const { experiment_id: experiment } = await server.ask<{ experiment_id: string }>("POST", "/experiments/create", { name: "measured" });
  const long = await newRun(server, experiment);
  await seedPoints(server, side, long, size.points);
  say("searching");
  const runs = await measureRunSearch(server, searched, size.samples);
  const registry = await measureRegistrySearch(server, size.versions / 100, size.samples);
  say("reading a history");
  const histories = await timed(
    5,
    async () => {
      const points = await readHistory(server, long);
      if (points !== size.points) throw new Error(`The history has ${points} points and not ${size.points}.`);
    },
    1,
  );
  say("logging");
  const logging = await measureLogging(server, experiment, size.calls);
  say("logging and reading with the Python client");
  const client = await measureClient(server, python, [searched, long, String(size.calls)]);
  say("sending a file and fetching it");
  const files = await transfer(server, experiment, size.fileBytes);
  const costs = new Map<number, number>();
  for (const count of size.costs) {
    say(`searching among ${count} runs`);
    const among = count === size.runs ? searched : await seedRuns(server, side, `cost ${count}`, count);
    costs.set(count, (await measureRunSearch(server, among, size.samples)).hundred);
  }
  return { logging, client, runs, history: quantile(histories, 0.5), registry, files, costs };
}

async function measureClient(server: TrackingServer, python: string, args: string[]): Promise<Measured["client"]> {
  const { stdout } = await promisify(execFile)(python, [path.join(import.meta.dirname, "python-client.py"), ...args], {
    env: {
      ...{ PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" },
      ...{ MLFLOW_TRACKING_URI: server.url, MLFLOW_DISABLE_TELEMETRY: "true", GIT_PYTHON_REFRESH: "quiet" },
      ...(server.token ? { MLFLOW_TRACKING_TOKEN: server.token } : {}),
    },
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Measured["client"];
}

function rows(suffix: string, ours: Measured, peer: Measured, size: Size, disk: Awaited<ReturnType<typeof diskTimes>>): BenchResult[] {
  const beside = (name: string, value: number, other: number, wanted: { times?: number; atMost?: number } = {}) =>
    compared(`${name}${suffix}`, "ms", value, other, wanted);
  const size1000 = (count: number) => (count >= 1_000_000 ? `${count / 1_000_000} M` : `${count / 1_000} k`);
  return [
    beside("log-batch of 1,000 metrics", ours.logging.batch, peer.logging.batch, { times: 10 }),
    beside("log-metric, one by one", ours.logging.one, peer.logging.one, { times: 10 }),
    beside("log-batch of 100, 10 threads on one run", ours.logging.threads, peer.logging.threads, { times: 10 }),
    beside("runs/search among " + size1000(size.runs) + ", 100 a page, p95", ours.runs.hundred, peer.runs.hundred, { times: 20, atMost: 50 }),
    beside("runs/search among " + size1000(size.runs) + ", 1,000 a page, p95", ours.runs.thousand, peer.runs.thousand, { times: 20 }),
    beside("history of " + size1000(size.points) + " points", ours.history, peer.history, { times: 5 }),
    beside("versions by name among " + size1000(size.versions) + ", p95", ours.registry.name, peer.registry.name, { atMost: 30 }),
    beside("versions by tag, p95", ours.registry.tag, peer.registry.tag, { atMost: 30 }),
    beside("versions, first page of all, p95", ours.registry.all, peer.registry.all, { atMost: 30 }),
    beside("Python client: log_metric", ours.client.one, peer.client.one),
    beside("Python client: log_batch of 1,000", ours.client.batch, peer.client.batch),
    beside("Python client: search_runs, 100", ours.client.search, peer.client.search),
    beside("Python client: get_metric_history", ours.client.history, peer.client.history),
    beside(`upload of ${size.fileBytes / MB} MB (disk ${Math.round(disk.writeMs)} ms)`, ours.files.uploadMs, peer.files.uploadMs, {
      atMost: Math.round(2 * disk.writeMs),
    }),
    beside(`download of ${size.fileBytes / MB} MB (disk ${Math.round(disk.readMs)} ms)`, ours.files.downloadMs, peer.files.downloadMs, {
      atMost: Math.round(2 * disk.readMs),
    }),
    compared(`memory grown by it${suffix}`, "MB", ours.files.grownBytes / MB, peer.files.grownBytes / MB, { atMost: FLAT_MB }),
    ...[...ours.costs].map(([count, time]) => {
      const other = peer.costs.get(count);
      const name = `cost of runs/search among ${size1000(count)}, p95${suffix}`;
      return other === undefined ? measured(name, "ms", time, 50) : compared(name, "ms", time, other, { atMost: 50 });
    }),
  ];
}
