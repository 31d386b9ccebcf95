import { CoreError } from "@trellis/core/kernel/errors.ts";

/** Largest body of a prediction request. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** An answer that is decided by the headers alone. */
export class HttpRefusal extends Error {
  readonly status: 413 | 415;

  constructor(status: 413 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

export type BodyType = "json" | "csv";

/** The type of a body by its `Content-Type`; JSON when none is given. Only UTF-8 and no compression are taken. */
export function bodyType(request: Request, accepted: BodyType[]): BodyType {
  const encoding = request.headers.get("content-encoding");
  if (encoding && encoding !== "identity") throw new HttpRefusal(415, `Content-Encoding ${encoding.slice(0, 40)} is not taken. Send the body as it is.`);
  const [name = "", ...parameters] = (request.headers.get("content-type") ?? "application/json").split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters
    .find((parameter) => parameter.startsWith("charset="))
    ?.slice("charset=".length)
    .replaceAll('"', "");
  if (charset && charset !== "utf-8" && charset !== "utf8") throw new HttpRefusal(415, `The charset ${charset.slice(0, 40)} is not taken. Send UTF-8.`);
  if (name === "application/json" && accepted.includes("json")) return "json";
  if (name === "text/csv" && accepted.includes("csv")) return "csv";
  const names = accepted.map((type) => (type === "json" ? "application/json" : "text/csv")).join(" or ");
  throw new HttpRefusal(415, `Content-Type ${name.slice(0, 60) || "nothing"} is not taken. Send ${names}.`);
}

/** Reads a body as text; refuses one that is too large before all of it has been read. INVALID when it is not UTF-8. */
export async function readText(request: Request): Promise<string> {
  const declared = Number(request.headers.get("content-length") ?? Number.NaN);
  if (declared > MAX_BODY_BYTES) throw tooLarge();
  const bytes = Number.isNaN(declared) ? await readCapped(request) : new Uint8Array(await request.arrayBuffer());
  if (bytes.length > MAX_BODY_BYTES) throw tooLarge();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CoreError("INVALID", "The body is not UTF-8.", { cause: error });
  }
}

/** Parses JSON; INVALID with the parser's own words. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CoreError("INVALID", `The body is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : "it cannot be read"}.`, { cause: error });
  }
}

/** Without a length, a body is counted while it comes in. */
async function readCapped(request: Request): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge(): HttpRefusal {
  return new HttpRefusal(413, `The body is larger than ${MAX_BODY_BYTES / 1024 / 1024} MB. Send the rows in parts.`);
}
