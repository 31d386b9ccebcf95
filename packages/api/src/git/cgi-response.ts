import type { ServerResponse } from "node:http";
import { Transform, type TransformCallback } from "node:stream";

const MAX_HEAD_BYTES = 16 * 1024;

/**
 * Reads the head of a CGI answer (RFC 3875, section 6) from a child's output, writes it as the head of the HTTP answer and
 * passes the body on. Nothing but the head is ever held.
 */
export class CgiResponse extends Transform {
  readonly #response: ServerResponse;
  #head: Buffer | null = Buffer.alloc(0);

  constructor(response: ServerResponse) {
    super();
    this.#response = response;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#head === null) return done(null, chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = findHeadEnd(this.#head);
    if (!end) return done(this.#head.length > MAX_HEAD_BYTES ? new Error("The answer of git has no end of its head.") : null);
    const { status, headers } = parseCgiHead(this.#head.subarray(0, end.at).toString("latin1"));
    const body = this.#head.subarray(end.at + end.length);
    this.#head = null;
    this.#response.writeHead(status, headers);
    done(null, body.length > 0 ? body : undefined);
  }
}

/** Status (200 unless a `Status` line says otherwise) and headers of a CGI head. */
export function parseCgiHead(head: string): { status: number; headers: [string, string][] } {
  let status = 200;
  const headers: [string, string][] = [];
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "status") status = Number.parseInt(value, 10) || 500;
    else if (name !== "connection" && name !== "transfer-encoding") headers.push([name, value]);
  }
  return { status, headers };
}

function findHeadEnd(bytes: Buffer): { at: number; length: number } | null {
  const crlf = bytes.indexOf("\r\n\r\n");
  const lf = bytes.indexOf("\n\n");
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return { at: crlf, length: 4 };
  return lf >= 0 ? { at: lf, length: 2 } : null;
}
