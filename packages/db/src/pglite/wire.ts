/**
 * Something that speaks PostgreSQL's wire protocol by whole messages: bytes of one or more complete frontend messages in,
 * bytes of all answers out. Calls are answered in the order they were made.
 */
export type WireBackend = {
  exchange(request: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  /** Registers for the one fatal end of the backend; called at once if it has already ended. Returns a way out. */
  onFailure(callback: (error: Error) => void): () => void;
};

/** First byte of the Terminate message. */
export const TERMINATE = 0x58;

const SYNC = 0x53;
const QUERY = 0x51;
const READY_FOR_QUERY = 0x5a;

/** True if a healthy server must end its answer to this request with ReadyForQuery: its last message is Query or Sync. */
export function expectsReady(request: Uint8Array): boolean {
  const view = new DataView(request.buffer, request.byteOffset, request.byteLength);
  let last = 0;
  // The start-up packet alone has no type byte; its first byte is 0, the top of its length.
  if (request[0] === 0) return true;
  for (let offset = 0; offset + 5 <= request.byteLength; offset += 1 + view.getUint32(offset + 1)) last = request[offset] ?? 0;
  return last === SYNC || last === QUERY;
}

/** True if the bytes end with ReadyForQuery: type, length 5, transaction status. */
export function endsReady(response: Uint8Array): boolean {
  const start = response.byteLength - 6;
  return start >= 0 && response[start] === READY_FOR_QUERY && response[start + 4] === 5;
}
