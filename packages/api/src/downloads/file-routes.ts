import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { findVersionFile } from "@trellis/core/registry/index.ts";
import { findLoggedModelFile, findRunArtifact, openStoredFile, type StoredFile } from "@trellis/core/tracking/index.ts";
import type { Context, Hono } from "hono";
import { answerRange } from "./byte-range.ts";
import { contentHeaders, viewHeaders } from "./view-headers.ts";

/** Whose files lie where, and how one is found. */
const OWNERS: Record<string, (core: CoreContext, id: string, path: string) => Promise<StoredFile>> = {
  runs: (core, runId, path) => findRunArtifact(core, { runId, path }),
  "logged-models": (core, modelId, path) => findLoggedModelFile(core, { modelId, path }),
  "model-versions": (core, versionId, path) => findVersionFile(core, { versionId, path }),
};

/** Bytes of files of runs, logged models and versions: `content` to save or to show as a picture, `view` for pages in a frame. */
export function addFileRoutes(door: Hono, signedIn: (request: Request) => Promise<CoreContext>): void {
  for (const [root, find] of Object.entries(OWNERS)) {
    const found = async (c: Context) => {
      const core = await signedIn(c.req.raw);
      return { core, file: await find(core, c.req.param("id") ?? "", c.req.param("path") ?? "") };
    };
    door.get(`/${root}/:id/content/:path{.+}`, async (c) => {
      const { core, file } = await found(c);
      return send(c, core, file, contentHeaders(file.path, file.sizeBytes));
    });
    door.get(`/${root}/:id/view/:path{.+}`, async (c) => {
      const { core, file } = await found(c);
      // Only in a frame of a page of ours: alone in a tab it would stand below the portal's own address.
      const scripts = c.req.query("scripts") === "allow" && c.req.header("sec-fetch-dest") === "iframe";
      return send(c, core, file, viewHeaders(file.path, file.sizeBytes, scripts));
    });
  }
}

async function send(c: Context, core: CoreContext, file: StoredFile, headers: Record<string, string>): Promise<Response> {
  const answer = answerRange(c.req.header("range"), file.sizeBytes);
  if (answer.status === 416) return new Response(null, { status: 416, headers: answer.headers });
  const { content } = await openStoredFile(core, file, answer.range ?? undefined);
  const body = Readable.toWeb(content) as NodeReadableStream<Uint8Array> as ReadableStream<Uint8Array>;
  return new Response(body, { status: answer.status, headers: { ...headers, ...answer.headers } });
}
