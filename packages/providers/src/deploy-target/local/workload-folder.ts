import { mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import type { Workload } from "@trellis/core/serving/ports.ts";
import type { ProcessReference } from "../../local-processes/messages.ts";
import { isErrno } from "../../local-processes/state-file.ts";

/** Log bytes kept of a workload: its latest 16 to 32 MiB. */
const LOG_LIMIT_BYTES = 32 * 1024 * 1024;

/** What `spec.json` holds. */
export type WorkloadRecord = {
  workload: Workload;
  /** Tells the processes of this workload from those of any other on the machine, also of another portal. */
  instance: string;
  /** `stopped` with the portal: kept for its log. `removing`: its end was asked for; a portal that finds this finishes it. */
  wish: "run" | "stopped" | "removing";
};

/** How long the log of a workload that was stopped with the portal, and never wanted again, is kept. */
const STOPPED_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** The folder of one workload: `spec.json`, `log` (older part: `log.old`), and `process`, `address` of each start in a folder of its own. */
export class WorkloadFolder {
  readonly folder: string;

  constructor(root: string, name: string) {
    if (!isWorkloadName(name)) {
      throw new CoreError("INVALID", `\`${name}\` cannot name a workload: use letters, digits, dots, dashes, underscores and @.`);
    }
    this.folder = path.join(root, name);
  }

  /** Null when there is none, or none that can be read. */
  async readRecord(): Promise<WorkloadRecord | null> {
    try {
      const parsed: unknown = JSON.parse(await readFile(path.join(this.folder, "spec.json"), "utf8"));
      return isRecord(parsed) ? parsed : null;
    } catch (error) {
      if (isErrno(error, "ENOENT") || isErrno(error, "ENOTDIR") || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  async writeRecord(record: WorkloadRecord): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const file = path.join(this.folder, "spec.json");
    // Its environment may hold secrets.
    await writeFile(`${file}.part`, JSON.stringify(record, null, 2), { mode: 0o600 });
    await rename(`${file}.part`, file);
  }

  /** True when its workload was stopped with a portal so long ago that nobody will ask for its log. */
  async isForgotten(record: WorkloadRecord, now: number): Promise<boolean> {
    return record.wish === "stopped" && (await stat(path.join(this.folder, "spec.json"))).mtimeMs < now - STOPPED_KEPT_MS;
  }

  async delete(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Number of the last start of this instance, 0 before the first. What is left of earlier ones is proven over and deleted. */
  async lastStart(record: WorkloadRecord): Promise<number> {
    const prefix = `start-${record.instance}-`;
    const folders = (await readdir(this.folder).catch(() => [])).filter((name) => name.startsWith("start-"));
    const last = Math.max(0, ...folders.filter((name) => name.startsWith(prefix)).map((name) => Number(name.slice(prefix.length))));
    const over = folders.filter((name) => path.join(this.folder, name) !== this.startFolder(last, record));
    await Promise.all(over.map((name) => rm(path.join(this.folder, name), { recursive: true, force: true })));
    return last;
  }

  /** The name holds the instance, so that a start which an earlier portal asked for can never pass for one of its successor. */
  startFolder(start: number, record: WorkloadRecord): string {
    return path.join(this.folder, `start-${record.instance}-${start}`);
  }

  addressFile(start: number, record: WorkloadRecord): string {
    return path.join(this.startFolder(start, record), "address");
  }

  reference(start: number, record: WorkloadRecord): ProcessReference {
    return {
      stateFile: path.join(this.startFolder(start, record), "process"),
      logFile: path.join(this.folder, "log"),
      logLimit: { maxBytes: LOG_LIMIT_BYTES, keep: "tail" },
      marker: `TRELLIS_WORKLOAD=${record.workload.name}:${record.instance}`,
    };
  }

  /** The last bytes of the log. Starts at a line's beginning, unless it is all one line. */
  async readLogTail(maxBytes: number): Promise<string> {
    const log = path.join(this.folder, "log");
    const latest = await readTail(log, maxBytes);
    const older = latest.length < maxBytes ? await readTail(`${log}.old`, maxBytes - latest.length) : Buffer.alloc(0);
    const text = Buffer.concat([older, latest]);
    const lineEnd = text.length < maxBytes ? -1 : text.indexOf("\n");
    const whole = text.subarray(lineEnd + 1);
    return (whole.length > 0 ? whole : text).toString("utf8");
  }
}

/** True for a name that is also the name of a folder. */
export function isWorkloadName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@-]{0,199}$/.test(name);
}

async function readTail(file: string, maxBytes: number): Promise<Buffer> {
  let handle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return Buffer.alloc(0);
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, maxBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function isRecord(value: unknown): value is WorkloadRecord {
  if (typeof value !== "object" || value === null) return false;
  const { workload, instance, wish } = value as Partial<Record<keyof WorkloadRecord, unknown>>;
  if (typeof instance !== "string" || typeof wish !== "string" || typeof workload !== "object" || workload === null) return false;
  const { name, command, workFolder, environment, readinessPath } = workload as Partial<Record<keyof Workload, unknown>>;
  return [name, command, workFolder, readinessPath].every((text) => typeof text === "string") && typeof environment === "object" && environment !== null;
}
