import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { DeployTarget, ObservedWorkload, Workload } from "../ports.ts";

/** A deploy target for tests: workloads start at once and wait until the test says what becomes of them. */
export class FakeDeployTarget implements DeployTarget {
  readonly #folder: string;
  readonly #workloads = new Map<string, ObservedWorkload>();
  readonly #watchers = new Set<(workload: ObservedWorkload) => void>();
  /** Every workload that was applied, in order. */
  readonly applied: Workload[] = [];
  readonly removed: string[] = [];
  readonly logs = new Map<string, string>();
  #ports = 1;

  /** `folder` is where workloads live; removing one removes its folder, as the real target does. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async apply(workload: Workload): Promise<void> {
    const known = this.#workloads.get(workload.name);
    if (known && known.state !== "exited") return;
    this.applied.push(workload);
    await mkdir(path.join(this.#folder, workload.name), { recursive: true });
    this.#change({ name: workload.name, state: "starting", address: null, restarts: 0, message: null });
  }

  async observe(): Promise<ObservedWorkload[]> {
    return [...this.#workloads.values()];
  }

  async remove(name: string): Promise<void> {
    if (this.#workloads.delete(name)) this.removed.push(name);
    await rm(path.join(this.#folder, name), { recursive: true, force: true });
  }

  watch(onChange: (workload: ObservedWorkload) => void, signal: AbortSignal): void {
    this.#watchers.add(onChange);
    signal.addEventListener("abort", () => this.#watchers.delete(onChange));
  }

  async readLogs(name: string, maxBytes: number): Promise<string> {
    return (this.logs.get(name) ?? "").slice(-maxBytes);
  }

  /** Names of what is there. */
  get names(): string[] {
    return [...this.#workloads.keys()].toSorted();
  }

  /** The workload can serve now; each time at another address. */
  becomeReady(name: string): string {
    const address = `http://127.0.0.1:${40_000 + this.#ports}`;
    this.#ports += 1;
    this.#change({ name, state: "ready", address, restarts: 0, message: null });
    return address;
  }

  /** The workload ended so often that the target gave it up. */
  giveUp(name: string, message: string): void {
    this.#change({ name, state: "exited", address: null, restarts: 5, message });
  }

  /** As after a restart of the machine. */
  loseAll(): void {
    this.#workloads.clear();
  }

  #change(workload: ObservedWorkload): void {
    this.#workloads.set(workload.name, workload);
    for (const watcher of this.#watchers) watcher(workload);
  }
}
