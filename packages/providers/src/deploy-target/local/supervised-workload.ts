import { setTimeout as delay } from "node:timers/promises";
import type { ObservedWorkload } from "@trellis/core/serving/ports.ts";
import type { Launcher, ProcessState } from "../../local-processes/launcher.ts";
import { watchReadiness } from "./readiness.ts";
import { afterExit, type RestartTimings } from "./restart-policy.ts";
import type { WorkloadFolder, WorkloadRecord } from "./workload-folder.ts";

/** Times that the target goes by. */
export type WorkloadTimings = RestartTimings & {
  /** Between SIGTERM and SIGKILL. */
  graceMs: number;
  /** Between two readiness questions to a workload that is ready. */
  probeEveryMs: number;
};

const MESSAGE_LOG_LINES = 12;
const MESSAGE_LOG_BYTES = 4_096;

/** Keeps one workload running: adopts or starts its process, follows its readiness, starts it again when it exits. */
export class SupervisedWorkload {
  readonly record: WorkloadRecord;
  readonly #folder: WorkloadFolder;
  readonly #launcher: Launcher;
  readonly #timings: WorkloadTimings;
  readonly #onChange: (observed: ObservedWorkload) => void;
  readonly #stopping = new AbortController();
  #observed: ObservedWorkload;
  #start = 0;
  #readySince: number | null = null;
  #supervision: Promise<void>;

  constructor(
    parts: { record: WorkloadRecord; folder: WorkloadFolder; launcher: Launcher; timings: WorkloadTimings },
    onChange: (observed: ObservedWorkload) => void,
    onProblem: (message: string) => void,
  ) {
    this.record = parts.record;
    this.#folder = parts.folder;
    this.#launcher = parts.launcher;
    this.#timings = parts.timings;
    this.#onChange = onChange;
    const { name } = parts.record.workload;
    this.#observed = { name, state: "starting", address: null, restarts: 0, message: "Its process is being started." };
    this.#supervision = this.#supervise(this.#stopping.signal).catch((error: unknown) => {
      if (this.#stopping.signal.aborted) return;
      onProblem(`Workload ${name} is no longer watched: ${String(error)}`);
      this.#become({ state: "exited", address: null, message: `The portal could not keep it running: ${String(error)}` });
    });
  }

  get observed(): ObservedWorkload {
    return { ...this.#observed };
  }

  /** Stops watching; the process goes on. */
  async release(): Promise<void> {
    this.#stopping.abort();
    await this.#supervision;
  }

  /** Stops watching and ends the process with all that it started. */
  async stop(): Promise<void> {
    await this.release();
    await stopProcess(this.#launcher, this.#folder, this.record, this.#timings.graceMs);
  }

  async #supervise(signal: AbortSignal): Promise<void> {
    let quickExits = 0;
    this.#start = await this.#folder.lastStart(this.record);
    for (let adopted = await this.#adopt(); ; adopted = false) {
      signal.throwIfAborted();
      if (!adopted) await this.#launch();
      const { ended, servedMs } = await this.#followLife(signal);
      // What its process left behind would hold memory, or answer in its place.
      await this.#launcher.stop(this.#folder.reference(this.#start, this.record), 0);
      const next = afterExit(quickExits, servedMs, this.#timings);
      quickExits = next.quickExits;
      const how = describeEnd(ended);
      if (next.pauseMs === null) {
        this.#become({ state: "exited", address: null, message: await this.#lastWords(`${how}, ${quickExits} times in a row; it is not started again.`) });
        return;
      }
      const message = await this.#lastWords(`${how}; it is started again in ${next.pauseMs / 1_000} s.`);
      this.#become({ state: "starting", address: null, restarts: this.#observed.restarts + 1, message });
      await delay(next.pauseMs, undefined, { signal });
    }
  }

  /** True when the process of the last start still runs; a start that never came about is fenced. */
  async #adopt(): Promise<boolean> {
    if (this.#start === 0) return false;
    const reference = this.#folder.reference(this.#start, this.record);
    if ((await this.#launcher.settle(reference)).state !== "running") return false;
    this.#launcher.adopt(reference);
    return true;
  }

  async #launch(): Promise<void> {
    this.#start += 1;
    const { command, workFolder, environment } = this.record.workload;
    await this.#launcher.start({
      ...this.#folder.reference(this.#start, this.record),
      command,
      workFolder,
      environment: { ...environment, TRELLIS_ADDRESS_FILE: this.#folder.addressFile(this.#start, this.record) },
    });
  }

  /** From start or adoption to the end of the process. */
  async #followLife(signal: AbortSignal): Promise<{ ended: ProcessState; servedMs: number }> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    this.#readySince = null;
    const readiness = watchReadiness(
      {
        addressFile: this.#folder.addressFile(this.#start, this.record),
        readinessPath: this.record.workload.readinessPath,
        everyMs: this.#timings.probeEveryMs,
      },
      ({ ready, address, message }) => {
        this.#readySince = ready ? performance.now() : null;
        this.#become(ready ? { state: "ready", address, message } : { state: "starting", address: null, message });
      },
      either,
    ).catch((error: unknown) => {
      if (!either.aborted) this.#become({ state: "starting", address: null, message: `Its readiness cannot be told: ${String(error)}` });
    });
    try {
      const ended = await this.#launcher.ended(this.#folder.reference(this.#start, this.record), signal);
      return { ended, servedMs: this.#readySince === null ? 0 : performance.now() - this.#readySince };
    } finally {
      over.abort();
      await readiness;
    }
  }

  async #lastWords(text: string): Promise<string> {
    const log = await this.#folder.readLogTail(MESSAGE_LOG_BYTES).catch(() => "");
    const lines = withoutControlCodes(log).trimEnd().split("\n").slice(-MESSAGE_LOG_LINES);
    return lines.join("") === "" ? text : `${text} Last lines of its log:\n${lines.join("\n")}`;
  }

  #become(change: Partial<ObservedWorkload>): void {
    this.#observed = { ...this.#observed, ...change };
    this.#onChange(this.observed);
  }
}

/** Ends what runs of a workload that nobody supervises. */
export async function stopProcess(launcher: Launcher, folder: WorkloadFolder, record: WorkloadRecord, graceMs: number): Promise<void> {
  const start = await folder.lastStart(record);
  if (start === 0) return;
  const reference = folder.reference(start, record);
  await launcher.settle(reference);
  await launcher.stop(reference, graceMs);
}

function describeEnd(state: ProcessState): string {
  switch (state.state) {
    case "exited":
      return `It exited with code ${state.exitCode}`;
    case "lost":
      return `It ended: ${state.reason.replace(/\.$/, "")}`;
    case "never_started":
    case "absent":
    case "running":
      return "It could not be started";
  }
}

function withoutControlCodes(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "").replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
}
