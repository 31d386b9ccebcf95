import { Duplex } from "node:stream";
import { TERMINATE, type WireBackend } from "./wire.ts";

/**
 * Looks like a network socket to the `pg` driver and carries its bytes to a backend in this process. So the embedded
 * database is used by the very code that talks to a server: same parameters, parsers, results and errors.
 */
export class PgliteSocket extends Duplex {
  readonly #backend: WireBackend;
  #forgetFailure: () => void = () => {};

  constructor(backend: WireBackend) {
    super({ allowHalfOpen: false });
    this.#backend = backend;
  }

  connect(): this {
    this.#forgetFailure = this.#backend.onFailure((error) => this.destroy(error));
    process.nextTick(() => {
      if (!this.destroyed) this.emit("connect");
    });
    return this;
  }

  // What the driver calls on a network socket and what has no meaning here.
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(
      chunks.map((entry) => entry.chunk),
      done,
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#forgetFailure();
    done(error);
  }

  #send(chunks: Buffer[], done: (error?: Error | null) => void): void {
    // The driver writes whole messages, and Terminate always by itself, as the last one.
    if (chunks.length === 1 && chunks[0]?.[0] === TERMINATE) return done();
    this.#backend.exchange(joined(chunks)).then(
      (response) => {
        if (!this.destroyed && response.byteLength > 0) this.push(response);
        done();
      },
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  }
}

/** A copy with a buffer of its own, so that it can be moved to another thread (the driver's buffers come from a shared pool). */
function joined(chunks: Buffer[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
