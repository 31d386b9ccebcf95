import {
  getDataset,
  listArtifacts,
  listArtifactsInput,
  listDatasets,
  listDatasetsInput,
  metricHistory,
  metricHistoryInput,
} from "@trellis/core/tracking/index.ts";
import { datasetReference } from "../references.ts";
import { procedure, router } from "../trpc.ts";
import { filePages } from "./file-pages.ts";
import { trackingPages } from "./tracking-pages.ts";

export const trackingRouter = router({
  ...trackingPages,
  ...filePages,
  metricHistory: procedure("project.list", "GET /metrics", "Curves of metrics, thinned to at most 1,000 points")
    .input(metricHistoryInput)
    .query(({ ctx, input }) => metricHistory(ctx.core, input)),
  artifacts: procedure("project.read", "GET /runs/{runId}/artifacts", "Files that a run's steps left")
    .input(listArtifactsInput)
    .query(({ ctx, input }) => listArtifacts(ctx.core, input)),
  datasets: procedure("project.list", "GET /datasets", "Data that runs read")
    .input(listDatasetsInput)
    .query(({ ctx, input }) => listDatasets(ctx.core, input)),
  dataset: procedure("project.read", "GET /datasets/{datasetId}", "One dataset with its versions")
    .input(datasetReference)
    .query(({ ctx, input }) => getDataset(ctx.core, input)),
});
