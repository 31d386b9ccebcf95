import { listVersionFiles, previewVersionFile } from "@trellis/core/registry/index.ts";
import { z } from "zod";
import { procedure } from "../trpc.ts";

const path = z.string().max(1_000);

/** What the browser of files reads of registered versions. */
export const versionFilePages = {
  versionFiles: procedure("project.read", "GET /model-versions/{versionId}/files", "One folder of a version's files")
    .input(z.object({ versionId: z.uuid(), path: path.optional() }))
    .query(async ({ ctx, input: { versionId, path: folder = "" } }) => {
      const entries = await listVersionFiles(ctx.core, { versionId, path: folder });
      const items = entries.map((entry) => ({
        path: entry.path,
        name: entry.path.split("/").at(-1) ?? entry.path,
        isDirectory: entry.isFolder,
        sizeBytes: entry.isFolder ? null : entry.sizeBytes,
      }));
      return { items, nextCursor: null };
    }),
  versionFilePreview: procedure("project.read", "GET /model-versions/{versionId}/files/preview", "What can be shown of a version's file")
    .input(z.object({ versionId: z.uuid(), path }))
    .query(({ ctx, input }) => previewVersionFile(ctx.core, input)),
};
