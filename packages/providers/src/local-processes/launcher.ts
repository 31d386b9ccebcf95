import { fork, type ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { mkdir, stat, statfs } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { LauncherCommand, LauncherEvent, ProcessReference, ProcessRequest } from "./messages.ts";
import { bootId, isAlive } from "./process-identity.ts";
import { findMembers } from "./process-tree.ts";
import { fenceStateFile, readStateFile, type RecordedIdentity } from "./state-file.ts";
import { waitForChange } from "./wait-for-change.ts";

/** What is known about a process. All but `running` and `absent` are final. */
export type ProcessState =
  /** Nothing was ever started under this state file, and nothing is being started by this launcher. */
  | { state: "absent" }
  | { state: "running" }
  /** 128 + n when signal n ended it, 125 when it could not be started (its log says why). */
  | { state: "exited"; exitCode: number }
  /** Proof that it never began and never will. */
  | { state: "never_started" }
  /** Proof that it is gone without an exit code. */
  | { state: "lost"; reason: string };

/** Starts, watches and stops processes that outlive the portal. One for the whole portal; see `launcher-process.ts`. */
export type Launcher = {
  /**
   * Resolves once the process is forked, or has been refused (then its state is `exited` 125). Starts nothing twice. Rejects
   * when the folder of its state file cannot be made, or with ENOSPC when its disk is full.
   */
  start(request: ProcessRequest): Promise<void>;
  inspect(reference: ProcessReference): Promise<ProcessState>;
  /** As `inspect`, but an absent process is fenced first, so that it never begins. For a process this portal did not start. */
  settle(reference: ProcessReference): Promise<Exclude<ProcessState, { state: "absent" }>>;
  /** The first state that is not `running`. Rejects when `signal` aborts. */
  ended(reference: ProcessReference, signal: AbortSignal): Promise<ProcessState>;
  /** Stops the whole tree, escaped children too (Linux); resolves when none of it is left. Goes on after a crash of the launcher. */
  stop(reference: ProcessReference, graceMs: number): Promise<void>;
  /** Keeps the log of a process of an earlier portal within its limit. */
  adopt(reference: ProcessReference): void;
  /** Lets the launcher go. What it started goes on. */
  close(): void;
};

type Starting = { reference: ProcessReference; acknowledge: () => void; acknowledged: Promise<void>; pending: boolean };
type Stopping = { command: Extract<LauncherCommand, { type: "stop" }>; resolve: () => void; reject: (error: Error) => void };

const RESTART_DELAYS_MS = [0, 100, 500, 2_000, 5_000];

/** With less than this the state file and the first lines of a log may not fit. */
const MIN_FREE_BYTES = 1024 * 1024;

/**
 * Makes the portal's one launcher. Its process is forked at the first use and again whenever it dies.
 *
 * @param options.onProblem Told of what nobody else hears of.
 * @param options.minFreeBytes Free space on the disk below which nothing is started. Default 1 MiB.
 */
export function createLauncher(options: { onProblem?: (message: string) => void; minFreeBytes?: number } = {}): Launcher {
  return new ForkedLauncher(options.onProblem ?? (() => {}), options.minFreeBytes ?? MIN_FREE_BYTES);
}

class ForkedLauncher implements Launcher {
  readonly #onProblem: (message: string) => void;
  readonly #minFreeBytes: number;
  /** Processes that the current launcher process is the parent of, or is about to be. */
  readonly #own = new Map<string, Starting>();
  readonly #adopted = new Map<string, ProcessReference>();
  readonly #stopping = new Map<number, Stopping>();
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #closing = new AbortController();
  #child: ChildProcess | null = null;
  #tickets = 0;
  #quickDeaths = 0;

  constructor(onProblem: (message: string) => void, minFreeBytes: number) {
    this.#onProblem = onProblem;
    this.#minFreeBytes = minFreeBytes;
  }

  async start(request: ProcessRequest): Promise<void> {
    const known = this.#own.get(request.stateFile);
    if (known) return known.acknowledged;
    const { promise, resolve } = Promise.withResolvers<void>();
    const starting = { reference: request, acknowledge: resolve, acknowledged: promise, pending: true };
    this.#own.set(request.stateFile, starting);
    try {
      // Made here and never by the launcher, which may read this request after its portal died and another one removed the folder.
      await mkdir(path.dirname(request.stateFile), { recursive: true });
      await refuseFullDisk(path.dirname(request.stateFile), this.#minFreeBytes);
    } catch (error) {
      this.#forget([starting]);
      throw error;
    }
    this.#send({ type: "start", request });
    return promise;
  }

  async inspect(reference: ProcessReference): Promise<ProcessState> {
    const record = await readStateFile(reference.stateFile);
    const own = this.#own.has(reference.stateFile);
    switch (record.kind) {
      case "exited":
        return { state: "exited", exitCode: record.exitCode };
      case "fenced":
        return { state: "never_started" };
      case "absent":
        return { state: own ? "running" : "absent" };
      case "running":
        if (own || isAlive(record.identity)) return { state: "running" };
        return this.#afterDeath(reference, record.identity);
      case "empty":
        // The wrapper writes its number before the command begins: nobody there means that the command never ran.
        return { state: own || (await writerLives(reference)) ? "running" : "never_started" };
    }
  }

  async settle(reference: ProcessReference): Promise<Exclude<ProcessState, { state: "absent" }>> {
    for (;;) {
      const state = await this.inspect(reference);
      if (state.state !== "absent") return state;
      await fenceStateFile(reference.stateFile);
    }
  }

  async ended(reference: ProcessReference, signal: AbortSignal): Promise<ProcessState> {
    for (;;) {
      signal.throwIfAborted();
      const own = this.#own.has(reference.stateFile);
      const changed = waitForChange({
        event: { emitter: this.#changes, name: reference.stateFile },
        file: own ? null : reference.stateFile,
        signal,
      });
      changed.catch(() => {});
      const state = await this.inspect(reference);
      if (state.state !== "running") {
        changed.cancel();
        return state;
      }
      await changed;
    }
  }

  stop(reference: ProcessReference, graceMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const command = { type: "stop" as const, reference: bare(reference), graceMs, ticket: (this.#tickets += 1) };
    this.#stopping.set(command.ticket, { command, resolve, reject });
    this.#send(command);
    return promise;
  }

  adopt(reference: ProcessReference): void {
    if (this.#own.has(reference.stateFile) || this.#adopted.has(reference.stateFile)) return;
    this.#adopted.set(reference.stateFile, bare(reference));
    this.#send({ type: "guard", reference: bare(reference) });
    void this.ended(reference, this.#closing.signal)
      .catch((error: unknown) => {
        if (!this.#closing.signal.aborted) this.#onProblem(`Watching ${reference.stateFile} failed: ${String(error)}`);
      })
      .finally(() => {
        this.#adopted.delete(reference.stateFile);
        if (!this.#closing.signal.aborted) this.#send({ type: "unguard", stateFile: reference.stateFile });
      });
  }

  close(): void {
    this.#closing.abort();
    const child = this.#child;
    this.#child = null;
    if (child?.connected) child.disconnect();
    // Nothing more is heard of these; from here on their files are watched.
    this.#forget([...this.#own.values()]);
  }

  #send(command: LauncherCommand): void {
    const child = this.#child ?? this.#fork();
    // A failed send means that it is dying: its `exit` settles everything that is under way.
    child.send(command, () => {});
    this.#holdWhileAnswersAreDue();
  }

  #acknowledge(starting: Starting | undefined): void {
    if (!starting) return;
    starting.pending = false;
    starting.acknowledge();
    this.#holdWhileAnswersAreDue();
  }

  /** A program that awaits a start or a stop must not end for lack of anything else to do; an idle launcher holds nobody. */
  #holdWhileAnswersAreDue(): void {
    const due = this.#stopping.size > 0 || [...this.#own.values()].some(({ pending }) => pending);
    this.#child?.[due ? "ref" : "unref"]();
    this.#child?.channel?.[due ? "ref" : "unref"]();
  }

  #fork(): ChildProcess {
    const child = fork(fileURLToPath(new URL("./launcher-process.ts", import.meta.url)), [], {
      detached: true,
      execArgv: [],
      env: {},
      cwd: "/",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const bornAt = performance.now();
    child.on("message", (event) => this.#receive(event as LauncherEvent));
    child.on("error", (error) => {
      this.#onProblem(`The process launcher could not be started: ${error.message}`);
      if (child.pid === undefined) void this.#buried(child, 0);
    });
    child.once("exit", () => void this.#buried(child, performance.now() - bornAt));
    this.#child = child;
    return child;
  }

  #receive(event: LauncherEvent): void {
    switch (event.type) {
      case "started":
        this.#acknowledge(this.#own.get(event.stateFile));
        return;
      case "exited":
        this.#own.delete(event.stateFile);
        this.#changes.emit(event.stateFile);
        return;
      case "stopped": {
        const stopping = this.#stopping.get(event.ticket);
        this.#stopping.delete(event.ticket);
        this.#holdWhileAnswersAreDue();
        if (event.error === null) stopping?.resolve();
        else stopping?.reject(new Error(event.error));
        return;
      }
    }
  }

  /** The launcher died. What it was about to start is fenced, what it had started is watched by its files, stops are asked again. */
  async #buried(child: ChildProcess, livedMs: number): Promise<void> {
    if (this.#child === child) this.#child = null;
    this.#quickDeaths = livedMs < 10_000 ? this.#quickDeaths + 1 : 0;
    const orphans = [...this.#own.values()];
    for (const orphan of orphans) {
      await fenceStateFile(orphan.reference.stateFile).catch((error: unknown) =>
        this.#onProblem(`A process could not be fenced at ${orphan.reference.stateFile}: ${String(error)}`),
      );
    }
    this.#forget(orphans);
    if (this.#closing.signal.aborted) return;
    if (child.pid !== undefined) this.#onProblem("The process launcher died and is started again; running commands go on.");
    await new Promise((resolve) => setTimeout(resolve, RESTART_DELAYS_MS[Math.min(this.#quickDeaths, RESTART_DELAYS_MS.length) - 1] ?? 0));
    for (const orphan of orphans) this.adopt(orphan.reference);
    for (const reference of this.#adopted.values()) this.#send({ type: "guard", reference });
    for (const { command } of this.#stopping.values()) this.#send(command);
  }

  #forget(orphans: Starting[]): void {
    for (const orphan of orphans) {
      this.#own.delete(orphan.reference.stateFile);
      this.#acknowledge(orphan);
      this.#changes.emit(orphan.reference.stateFile);
    }
  }

  async #afterDeath(reference: ProcessReference, identity: RecordedIdentity): Promise<ProcessState> {
    const again = await readStateFile(reference.stateFile);
    if (again.kind === "exited") return { state: "exited", exitCode: again.exitCode };
    const reason =
      identity.bootId === bootId()
        ? `Process ${identity.pid} is gone and left no exit code: something outside Trellis killed it, perhaps for lack of memory.`
        : "The machine was restarted while it ran.";
    return { state: "lost", reason };
  }
}

function bare(reference: ProcessReference): ProcessReference {
  const { stateFile, logFile, logLimit, marker } = reference;
  return { stateFile, logFile, logLimit, marker };
}

async function refuseFullDisk(folder: string, minFreeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < minFreeBytes) throw Object.assign(new Error(`The disk of ${folder} is full.`), { code: "ENOSPC" });
}

/** Where the environment of a process cannot be read (not Linux), the writer gets ten seconds. */
async function writerLives(reference: ProcessReference): Promise<boolean> {
  if (process.platform === "linux") return findMembers(reference).members.length > 0;
  return Date.now() - (await stat(reference.stateFile)).mtimeMs < 10_000;
}
