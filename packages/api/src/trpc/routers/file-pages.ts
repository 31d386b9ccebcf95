import {
  listLoggedModelFiles,
  listLoggedModelFilesInput,
  listRunArtifacts,
  listRunArtifactsInput,
  previewLoggedModelFile,
  previewRunArtifact,
} from "@trellis/core/tracking/index.ts";
import { z } from "zod";
import { procedure } from "../trpc.ts";

const path = z.string().max(1_000);

/** What the browser of files reads of runs and logged models. */
export const filePages = {
  runFiles: procedure("project.read", "GET /runs/{runId}/files", "One folder of a run's files")
    .input(listRunArtifactsInput)
    .query(({ ctx, input }) => listRunArtifacts(ctx.core, input)),
  runFilePreview: procedure("project.read", "GET /runs/{runId}/files/preview", "What can be shown of a run's file")
    .input(z.object({ runId: z.uuid(), path }))
    .query(({ ctx, input }) => previewRunArtifact(ctx.core, input)),
  loggedModelFiles: procedure("project.read", "GET /logged-models/{modelId}/files", "One folder of a logged model's files")
    .input(listLoggedModelFilesInput)
    .query(({ ctx, input }) => listLoggedModelFiles(ctx.core, input)),
  loggedModelFilePreview: procedure("project.read", "GET /logged-models/{modelId}/files/preview", "What can be shown of a logged model's file")
    .input(z.object({ modelId: z.uuid(), path }))
    .query(({ ctx, input }) => previewLoggedModelFile(ctx.core, input)),
};
