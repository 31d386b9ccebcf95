import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { exchangeWith } from "./pglite-engine.ts";
import { createCluster, openCluster } from "./cluster.ts";

/** What the thread is started with. */
export type WorkerInput = {
  /**
   * `create` makes the database and ends; `serve` answers until told to close. Making one needs several hundred megabytes,
   * which only the end of a thread gives back.
   */
  task: "create" | "serve";
  /** Folder of the embedded database. */
  folder: string;
  /** One 32-bit counter of fsync calls, shared with the starter. */
  fsyncs: SharedArrayBuffer;
};

/** Answers of the thread. Raw bytes answer raw bytes, in order. */
export type WorkerReply = Uint8Array | { kind: "ready" } | { kind: "failed"; error: Error };

await run(workerData);

async function run(input: WorkerInput): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error("pglite-worker.ts runs only as a worker thread.");
  try {
    if (input.task === "create") await createCluster(input.folder);
    else await serve(port, input);
    reply(port, { kind: "ready" });
  } catch (error) {
    fail(port, error);
  }
}

async function serve(port: MessagePort, { folder, fsyncs }: WorkerInput): Promise<void> {
  const counter = new Int32Array(fsyncs);
  const pglite = await openCluster(folder, () => Atomics.add(counter, 0, 1));
  // The order of answers is the protocol, so one request is finished before the next is looked at.
  let queue = Promise.resolve();
  port.on("message", (message: Uint8Array | "close") => {
    queue = queue.then(async () => {
      try {
        if (message === "close") {
          await pglite.close();
          port.close();
        } else {
          const response = await exchangeWith(pglite, message);
          port.postMessage(response, [response.buffer]);
        }
      } catch (error) {
        fail(port, error);
      }
    });
  });
}

function reply(port: MessagePort, message: WorkerReply): void {
  port.postMessage(message);
}

function fail(port: MessagePort, error: unknown): void {
  reply(port, { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) });
  port.close();
}
