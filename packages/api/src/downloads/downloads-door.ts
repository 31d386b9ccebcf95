import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { readAttemptLog } from "@trellis/core/pipelines/index.ts";
import { getModelVersion, openVersionFile } from "@trellis/core/registry/index.ts";
import { openArtifact } from "@trellis/core/tracking/index.ts";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import { Hono } from "hono";
import { stream } from "hono/streaming";
import type { ApiContext } from "../trpc/trpc.ts";
import { fileHeaders } from "./file-headers.ts";
import { addFileRoutes } from "./file-routes.ts";
import { runsCsv } from "./runs-csv.ts";

/** How much of a log one read takes: 256 KiB. */
const LOG_READ_BYTES = 256 * 1024;

/** Bytes that are too many for JSON: files of runs and versions, and logs, streamed both while they grow and afterwards. */
export function downloadsDoor(contextOf: (headers: Headers) => Promise<ApiContext>): Hono {
  const door = new Hono();
  const signedIn = async (request: Request) => {
    const context = await contextOf(request.headers);
    if (!context.signedIn) throw new CoreError("UNAUTHENTICATED", "Sign in first, or send a token.");
    return context.core;
  };

  addFileRoutes(door, signedIn);

  door.get("/artifacts/:artifactId/content", async (c) => {
    const file = await openArtifact(await signedIn(c.req.raw), { artifactId: c.req.param("artifactId") });
    return new Response(toWeb(file.content), { headers: fileHeaders(file.path, file.sizeBytes) });
  });

  door.get("/models/:model/versions/:version/files/:path{.+}", async (c) => {
    const core = await signedIn(c.req.raw);
    const version = await getModelVersion(core, { model: c.req.param("model"), version: Number(c.req.param("version")) });
    const file = await openVersionFile(core, { versionId: version.id, path: c.req.param("path") });
    return new Response(toWeb(file.content), { headers: fileHeaders(file.path, file.sizeBytes) });
  });

  door.get("/runs.csv", async (c) => runsCsv(await signedIn(c.req.raw), new URL(c.req.url).searchParams));

  door.get("/attempts/:attemptId/log", async (c) => {
    const core = await signedIn(c.req.raw);
    const attemptId = c.req.param("attemptId");
    const follow = c.req.query("follow") === "true";
    let offset = Math.max(0, Number(c.req.query("offset") ?? 0) || 0);
    const first = await readAttemptLog(core, { attemptId, offset, limit: LOG_READ_BYTES });
    c.header("content-type", "text/plain; charset=utf-8");
    c.header("x-content-type-options", "nosniff");
    c.header("cache-control", "no-store, no-transform");
    return stream(c, async (output) => {
      const gone = new AbortController();
      output.onAbort(() => gone.abort());
      let chunk = first;
      for (;;) {
        if (chunk.content.length > 0) await output.write(chunk.content);
        offset = chunk.nextOffset;
        const drained = chunk.content.length === 0;
        if (gone.signal.aborted || (chunk.end && drained) || (!follow && drained)) return;
        chunk = await readAttemptLog(core, { attemptId, offset, limit: LOG_READ_BYTES, follow, signal: gone.signal });
      }
    });
  });
  return door;
}

function toWeb(content: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(content) as NodeReadableStream<Uint8Array> as ReadableStream<Uint8Array>;
}
