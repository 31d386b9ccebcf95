import { Agent, request, type IncomingMessage } from "node:http";
import { CoreError, isCoreError } from "@trellis/core/kernel/errors.ts";
import type { FeatureRow } from "@trellis/core/serving/ports.ts";

/** Requests under way at once to one worker; more wait here, since each kept connection holds a thread there. */
const CONNECTIONS_A_WORKER = 32;
/** An idle connection is closed after this long. Workers keep theirs for minutes, so that it is this side that closes. */
const IDLE_MS = 60_000;
/** A longer answer is a fault of the model. */
const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

type Answer = { status: number; body: Buffer };

/** Speaks the worker protocol: `POST /predict {"rows":[…]}` → 200 `{"predictions":[…]}` or 400 `{"error":"…"}`. */
export function createWorkerClient(options: { timeoutMs: number }): {
  predict(address: string, rows: FeatureRow[], signal: AbortSignal): Promise<Record<string, unknown>[]>;
  close(): void;
} {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_A_WORKER, maxFreeSockets: CONNECTIONS_A_WORKER, timeout: IDLE_MS });
  return {
    async predict(address, rows, signal) {
      signal.throwIfAborted();
      const body = Buffer.from(JSON.stringify({ rows }));
      const timeout = AbortSignal.timeout(options.timeoutMs);
      try {
        const answer = await post(agent, new URL("/predict", address), body, AbortSignal.any([signal, timeout]));
        return readPredictions(answer, rows.length);
      } catch (error) {
        signal.throwIfAborted();
        if (timeout.aborted) throw unavailable(`The model did not answer within ${options.timeoutMs / 1_000} s.`, error);
        throw error;
      }
    },
    close: () => agent.destroy(),
  };
}

async function post(agent: Agent, url: URL, body: Buffer, signal: AbortSignal, again = false): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request(url, {
    method: "POST",
    agent,
    signal,
    headers: { "content-type": "application/json", "content-length": body.length },
  });
  outgoing.once("response", (response) => collect(response).then((content) => resolve({ status: response.statusCode ?? 0, body: content }), reject));
  outgoing.once("error", reject);
  outgoing.end(body);
  try {
    return await promise;
  } catch (error) {
    if (signal.aborted || isCoreError(error)) throw error;
    // A kept connection that the worker closed just now; to predict twice does no harm.
    if (outgoing.reusedSocket && !again && isReset(error)) return post(agent, url, body, signal, true);
    throw unavailable("The model's process cannot be reached; it may be starting again. Try again in a moment.", error);
  }
}

async function collect(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    parts.push(part as Buffer);
    length += (part as Buffer).length;
    if (length > LARGEST_ANSWER_BYTES) throw unavailable(`The model's answer is longer than ${LARGEST_ANSWER_BYTES} bytes.`);
  }
  return Buffer.concat(parts);
}

function readPredictions({ status, body }: Answer, rows: number): Record<string, unknown>[] {
  const content = parseObject(body);
  if (status === 400 || status === 413) {
    const reason = typeof content["error"] === "string" ? content["error"] : "it does not say why";
    throw new CoreError(status === 413 ? "TOO_LARGE" : "INVALID", `The model refuses the rows: ${reason}`);
  }
  if (status !== 200) throw unavailable(`The model failed (status ${status}). Its log says why.`);
  const { predictions } = content;
  if (!Array.isArray(predictions) || predictions.length !== rows || !predictions.every(isObject)) {
    throw unavailable(`The model did not answer with one object for each of the ${rows} rows.`);
  }
  return predictions;
}

function parseObject(body: Buffer): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isReset(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

function unavailable(message: string, cause?: unknown): CoreError {
  return new CoreError("UNAVAILABLE", message, { cause });
}
