import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import { CoreError } from "@trellis/core/kernel/errors.ts";

/**
 * The body of a request as a stream of its own: who gives up on it does not cut the connection on which the answer goes back.
 * It fails when the client goes away before its end, and with TOO_LARGE behind `maxBytes`.
 */
export function requestBody(request: IncomingMessage, maxBytes = Infinity): Readable {
  const body = new PassThrough({ highWaterMark: 1024 * 1024 });
  const breakOff = (): void => {
    if (!request.complete) body.destroy(new CoreError("INVALID", "The upload broke off before its end."));
  };
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) body.destroy(new CoreError("TOO_LARGE", `The file is larger than ${maxBytes / 1024 / 1024} MB.`));
  });
  request.once("error", breakOff);
  request.once("close", breakOff);
  request.pipe(body);
  return body;
}
