import { Worker } from "node:worker_threads";
import { DatabaseError } from "../database-error.ts";
import { needsCluster } from "./cluster-folder.ts";
import type { WorkerInput, WorkerReply } from "./pglite-worker.ts";
import type { WireBackend } from "./wire.ts";

type Pending = { resolve: (response: Uint8Array) => void; reject: (error: Error) => void };

/** PGlite in a thread of its own, so that a slow query does not hold up the event loop of the server. */
export class WorkerBackend implements WireBackend {
  readonly #task: WorkerInput["task"];
  readonly #worker: Worker;
  readonly #fsyncs: Int32Array;
  readonly #pending: Pending[] = [];
  readonly #failureCallbacks = new Set<(error: Error) => void>();
  readonly #started = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<void>();
  #failure: Error | undefined;
  #closing = false;

  /** Makes the database if there is none, starts the thread and waits until it answers. Throws UNAVAILABLE if it cannot. */
  static async start(folder: string): Promise<WorkerBackend> {
    if (needsCluster(folder)) await (await WorkerBackend.#ready("create", folder)).#exited.promise;
    const backend = await WorkerBackend.#ready("serve", folder);
    // From now on only a request that is under way keeps the process alive.
    backend.#worker.unref();
    return backend;
  }

  static async #ready(task: WorkerInput["task"], folder: string): Promise<WorkerBackend> {
    const backend = new WorkerBackend(task, folder);
    try {
      await backend.#started.promise;
      return backend;
    } catch (error) {
      await backend.#exited.promise;
      const reason = error instanceof Error ? error.message : String(error);
      throw new DatabaseError("UNAVAILABLE", `The embedded database in ${folder} cannot be opened: ${reason}`, { cause: error });
    }
  }

  private constructor(task: WorkerInput["task"], folder: string) {
    this.#task = task;
    const fsyncs = new SharedArrayBuffer(4);
    this.#fsyncs = new Int32Array(fsyncs);
    const input: WorkerInput = { task, folder, fsyncs };
    this.#worker = new Worker(new URL("./pglite-worker.ts", import.meta.url), {
      workerData: input,
      name: "pglite",
      // How the process itself was started (evaluated text, test runner) is not for this thread.
      execArgv: [],
    });
    this.#worker.on("message", (message: WorkerReply) => this.#receive(message));
    this.#worker.on("error", (error: unknown) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on("exit", () => {
      if (!this.#closing || this.#pending.length > 0) this.#fail(new Error("its thread ended"));
      this.#exited.resolve();
    });
  }

  /** How often the database has asked the disk to flush since it was opened. */
  get fsyncCount(): number {
    return Atomics.load(this.#fsyncs, 0);
  }

  exchange(request: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#closing) return Promise.reject(new Error("The embedded database is closed."));
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    this.#pending.push({ resolve, reject });
    if (this.#pending.length === 1) this.#worker.ref();
    this.#worker.postMessage(request, [request.buffer]);
    return promise;
  }

  onFailure(callback: (error: Error) => void): () => void {
    if (this.#failure) callback(this.#failure);
    else this.#failureCallbacks.add(callback);
    return () => this.#failureCallbacks.delete(callback);
  }

  /** Shuts PostgreSQL down in order (with a checkpoint) and ends the thread. */
  async close(): Promise<void> {
    if (!this.#closing && !this.#failure) {
      this.#closing = true;
      this.#worker.ref();
      this.#worker.postMessage("close");
    }
    await this.#exited.promise;
  }

  /** Ends the thread without notice, as a fault in it would. For tests. */
  crash(): void {
    void this.#worker.terminate();
  }

  #receive(message: WorkerReply): void {
    if (message instanceof Uint8Array) {
      this.#pending.shift()?.resolve(message);
      if (this.#pending.length === 0 && !this.#closing) this.#worker.unref();
    } else if (message.kind === "ready") {
      // A thread that makes a database ends by itself.
      this.#closing = this.#task === "create";
      this.#started.resolve();
    } else if (message.kind === "failed") {
      this.#fail(message.error);
    }
  }

  #fail(cause: Error): void {
    if (this.#failure) return;
    const error = new Error(`The embedded database has stopped: ${cause.message}`, { cause });
    this.#failure = error;
    this.#started.reject(cause);
    for (const pending of this.#pending.splice(0)) pending.reject(error);
    for (const callback of this.#failureCallbacks) callback(error);
    this.#failureCallbacks.clear();
    void this.#worker.terminate();
  }
}
