import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";

const PREFIX = "/_next/static/";
const TYPES: Record<string, string> = {
  ".js": "application/javascript; charset=UTF-8",
  ".css": "text/css; charset=UTF-8",
  ".svg": "image/svg+xml",
  ".json": "application/json; charset=UTF-8",
};

type StaticFile = { file: string; type: string; bytes: number };

/** Answers a request for a static file of the build, or gives false: another door answers then. */
export type StaticFiles = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Sends the Brotli forms that the build has laid beside the static files of pages (a sixth smaller than what Next compresses
 * while it sends). Browsers take Brotli over https and on localhost; for all others Next answers.
 */
export async function openStaticFiles(folder: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  const names = await readdir(folder, { recursive: true }).catch((): string[] => []);
  await Promise.all(
    names
      .filter((name) => name.endsWith(".br"))
      .map(async (name) => {
        const plain = name.slice(0, -".br".length);
        const type = TYPES[path.extname(plain)];
        const file = path.join(folder, name);
        if (type) files.set(PREFIX + plain.split(path.sep).join("/"), { file, type, bytes: (await stat(file)).size });
      }),
  );
  return (request, response) => {
    const found = files.get((request.url ?? "").split("?", 1)[0] ?? "");
    if (!found || (request.method !== "GET" && request.method !== "HEAD") || !takesBrotli(request.headers["accept-encoding"])) return false;
    // The name of a file holds a digest of its content.
    response.writeHead(200, {
      "content-type": found.type,
      "content-encoding": "br",
      "content-length": found.bytes,
      "cache-control": "public, max-age=31536000, immutable",
      vary: "Accept-Encoding",
    });
    if (request.method === "HEAD") response.end();
    else pipeline(createReadStream(found.file), response).catch(() => response.destroy());
    return true;
  };
}

/** Whether the header names Brotli without refusing it (`br;q=0`). */
function takesBrotli(header: string | string[] | undefined): boolean {
  return String(header ?? "")
    .split(",")
    .some((entry) => /^\s*br\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(entry));
}
