import { parentPort, workerData } from "node:worker_threads";
import { exchangeWith } from "./pglite-engine.ts";
import { openCluster } from "./cluster.ts";

/** What the thread is started with. */
export type WorkerInput = {
  /** Folder of the embedded database. */
  folder: string;
  /** One 32-bit counter of fsync calls, shared with the starter. */
  fsyncs: SharedArrayBuffer;
};

/** Answers of the thread. Raw bytes answer raw bytes, in order. */
export type WorkerReply = Uint8Array | { kind: "opened"; created: boolean } | { kind: "failed"; error: Error } | { kind: "closed" };

await serve(workerData);

async function serve({ folder, fsyncs }: WorkerInput): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error("pglite-worker.ts runs only as a worker thread.");
  const reply = (message: WorkerReply, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  const counter = new Int32Array(fsyncs);
  try {
    const { pglite, created } = await openCluster(folder, () => Atomics.add(counter, 0, 1));
    // One request at a time: PGlite's calls return before their promise settles only in theory, and order is the protocol.
    let queue = Promise.resolve();
    port.on("message", (message: Uint8Array | "close") => {
      queue = queue.then(async () => {
        try {
          if (message === "close") {
            await pglite.close();
            reply({ kind: "closed" });
            port.close();
            return;
          }
          const response = await exchangeWith(pglite, message);
          reply(response, [response.buffer]);
        } catch (error) {
          reply({ kind: "failed", error: asError(error) });
          port.close();
        }
      });
    });
    reply({ kind: "opened", created });
  } catch (error) {
    reply({ kind: "failed", error: asError(error) });
    port.close();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
