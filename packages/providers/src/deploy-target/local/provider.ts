import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { mkdir, readdir } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { DeployTarget, ObservedWorkload, Workload } from "@trellis/core/serving/ports.ts";
import type { Launcher } from "../../local-processes/launcher.ts";
import { DEFAULT_RESTART_TIMINGS } from "./restart-policy.ts";
import { stopProcess, SupervisedWorkload, type WorkloadTimings } from "./supervised-workload.ts";
import { isWorkloadName, WorkloadFolder, type WorkloadRecord } from "./workload-folder.ts";

/** A deploy target whose supervision ends with the portal. */
export type LocalDeployTarget = DeployTarget & {
  /**
   * Ends the supervision. With `stopAll` every workload is stopped and forgotten, so that none outlives a portal that was
   * stopped on purpose; the next reconciliation applies them again. Without it they go on and the next portal adopts them.
   */
  close(options: { stopAll: boolean }): Promise<void>;
};

const DEFAULT_TIMINGS: WorkloadTimings = { ...DEFAULT_RESTART_TIMINGS, graceMs: 10_000, probeEveryMs: 10_000 };

/**
 * Runs workloads as processes of this machine, each under `<folder>/<name>/`. They outlive a crash of the portal; this
 * function adopts those that still run and starts again those that do not.
 *
 * @param options.folder `<data>/serving`, absolute.
 * @param options.launcher The portal's launcher, shared with the executor.
 * @param options.onProblem Told of what nobody else hears of.
 */
export function createLocalDeployTarget(options: {
  folder: string;
  launcher: Launcher;
  timings?: Partial<WorkloadTimings>;
  onProblem?: (message: string) => void;
}): LocalDeployTarget {
  return new ProcessDeployTarget(options.folder, options.launcher, { ...DEFAULT_TIMINGS, ...options.timings }, options.onProblem ?? (() => {}));
}

class ProcessDeployTarget implements LocalDeployTarget {
  readonly #root: string;
  readonly #launcher: Launcher;
  readonly #timings: WorkloadTimings;
  readonly #onProblem: (message: string) => void;
  readonly #workloads = new Map<string, SupervisedWorkload>();
  readonly #changes = new EventEmitter().setMaxListeners(0);
  /** One thing at a time for each name. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #opened: Promise<void>;

  constructor(root: string, launcher: Launcher, timings: WorkloadTimings, onProblem: (message: string) => void) {
    this.#root = root;
    this.#launcher = launcher;
    this.#timings = timings;
    this.#onProblem = onProblem;
    this.#opened = this.#open();
    this.#opened.catch(() => {});
  }

  async apply(workload: Workload): Promise<void> {
    const folder = new WorkloadFolder(this.#root, workload.name);
    await this.#opened;
    await this.#inTurn(workload.name, async () => {
      const current = this.#workloads.get(workload.name);
      if (current) {
        const same = isDeepStrictEqual(current.record.workload, workload);
        if (same && current.observed.state !== "exited") return;
        await current.stop();
      }
      const record: WorkloadRecord = { workload, instance: randomUUID(), wish: "run" };
      await folder.writeRecord(record);
      this.#supervise(folder, record);
    });
  }

  async observe(): Promise<ObservedWorkload[]> {
    await this.#opened;
    return [...this.#workloads.values()].map((workload) => workload.observed);
  }

  async remove(name: string): Promise<void> {
    const folder = new WorkloadFolder(this.#root, name);
    await this.#opened;
    await this.#inTurn(name, async () => {
      const current = this.#workloads.get(name);
      if (current) {
        await folder.writeRecord({ ...current.record, wish: "removing" });
        await current.stop();
        this.#workloads.delete(name);
      }
      await folder.delete();
    });
  }

  watch(onChange: (workload: ObservedWorkload) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    const listener = (workload: ObservedWorkload): void => {
      try {
        onChange(workload);
      } catch (error) {
        this.#onProblem(`A listener failed on a change of workload ${workload.name}: ${String(error)}`);
      }
    };
    this.#changes.on("change", listener);
    signal.addEventListener("abort", () => this.#changes.off("change", listener), { once: true });
  }

  async readLogs(name: string, maxBytes: number): Promise<string> {
    return new WorkloadFolder(this.#root, name).readLogTail(maxBytes);
  }

  async close(options: { stopAll: boolean }): Promise<void> {
    await this.#opened.catch(() => {});
    const names = [...this.#workloads.keys()];
    await Promise.all(
      names.map((name) =>
        this.#inTurn(name, async () => {
          const workload = this.#workloads.get(name);
          if (!workload) return;
          if (!options.stopAll) return workload.release();
          await workload.stop();
          await new WorkloadFolder(this.#root, name).writeRecord({ ...workload.record, wish: "stopped" });
          this.#workloads.delete(name);
        }),
      ),
    );
  }

  async #open(): Promise<void> {
    await mkdir(this.#root, { recursive: true });
    for (const entry of await readdir(this.#root, { withFileTypes: true })) {
      if (!entry.isDirectory() || !isWorkloadName(entry.name)) continue;
      const folder = new WorkloadFolder(this.#root, entry.name);
      const record = await folder.readRecord();
      // Without a record its removal was cut short at the very end.
      if (record === null || (await folder.isForgotten(record, Date.now()))) await folder.delete();
      else if (record.wish === "removing") this.#finishRemoval(folder, record);
      else if (record.wish === "run") this.#supervise(folder, record);
    }
  }

  /** The portal died while it removed this workload. */
  #finishRemoval(folder: WorkloadFolder, record: WorkloadRecord): void {
    const { name } = record.workload;
    this.#inTurn(name, async () => {
      await stopProcess(this.#launcher, folder, record, this.#timings.graceMs);
      await folder.delete();
    }).catch((error: unknown) => this.#onProblem(`Workload ${name} could not be removed: ${String(error)}`));
  }

  #supervise(folder: WorkloadFolder, record: WorkloadRecord): void {
    const parts = { record, folder, launcher: this.#launcher, timings: this.#timings };
    const workload = new SupervisedWorkload(parts, (observed) => this.#changes.emit("change", observed), this.#onProblem);
    this.#workloads.set(record.workload.name, workload);
    this.#changes.emit("change", workload.observed);
  }

  #inTurn<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const turn = (this.#queues.get(name) ?? Promise.resolve()).then(work, work);
    const settled = turn.catch(() => {});
    this.#queues.set(name, settled);
    void settled.then(() => {
      if (this.#queues.get(name) === settled) this.#queues.delete(name);
    });
    return turn;
  }
}
