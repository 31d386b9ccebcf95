import type { PGlite } from "@electric-sql/pglite";
import { endsReady, expectsReady } from "./wire.ts";

/**
 * Runs wire-protocol requests on a PGlite in this thread. Throws if the engine breaks down (out of memory, a fault in the
 * WebAssembly code): then it must not be used again. An error that PostgreSQL itself reports is part of the answer.
 */
export async function exchangeWith(pglite: PGlite, request: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // The streaming call is the one that keeps no parsed copy of each answer inside PGlite.
  await pglite.execProtocolRawStream(request, {
    syncToFs: false,
    onRawData: (bytes) => {
      parts.push(bytes.slice());
      length += bytes.byteLength;
    },
  });
  const response = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    response.set(part, offset);
    offset += part.byteLength;
  }
  // PGlite swallows faults of the engine and carries on; a missing ReadyForQuery is how they show.
  if (expectsReady(request) && !endsReady(response)) throw new Error("The embedded database broke off in the middle of an answer.");
  return response;
}
