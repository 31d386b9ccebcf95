export { filesDigest } from "./domain/files-digest.ts";
export { metricHistory, metricHistoryInput, type MetricSeries } from "./metric-history.ts";
export { filesOfStep, getDataset, listArtifacts, listArtifactsInput, listDatasets, listDatasetsInput, openArtifact, openArtifactInput } from "./queries.ts";
export { type ArtifactFile, recordArtifacts } from "./record-artifacts.ts";
export { beginPipelineRun, endPipelineRun, openPipelineRun } from "./mirror-pipeline-run.ts";
export { type DatasetFile, recordDatasetVersion } from "./record-dataset-version.ts";
export { type MetricPoint, recordMetrics } from "./record-metrics.ts";
export { recordParams } from "./record-params.ts";
export { requireRunProjects } from "./require-run.ts";
